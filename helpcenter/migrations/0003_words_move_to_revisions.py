from django.db import migrations

# What an article says becomes its first revision; search documents are made by the sweep `helpcenter.index_missing`.
_MOVE = """
    INSERT INTO helpcenter_revision
        (article_id, number, title, summary, keywords, body, html, toc, text, uses, note, created_at, state, decision)
    SELECT id, version, title, summary, keywords, body, html, toc, text, '{}', '', updated_at,
           CASE WHEN state = 'published' THEN 'published' ELSE 'draft' END, ''
    FROM helpcenter_article
"""
_SHOW = """
    UPDATE helpcenter_article SET live_id = revision.id, announced_at = published_at
    FROM helpcenter_revision revision
    WHERE revision.article_id = helpcenter_article.id AND helpcenter_article.state = 'published'
"""
_HIDE = "UPDATE helpcenter_article SET version = 0 WHERE live_id IS NULL"


class Migration(migrations.Migration):
    dependencies = [("helpcenter", "0002_revisions_and_search")]

    operations = [migrations.RunSQL([_MOVE, _SHOW, _HIDE], reverse_sql=migrations.RunSQL.noop)]
