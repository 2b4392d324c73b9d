from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("helpcenter", "0003_words_move_to_revisions")]

    operations = [
        migrations.RemoveConstraint(
            model_name='article',
            name='article_published_has_its_moment',
        ),
        migrations.RemoveIndex(
            model_name='article',
            name='article_search',
        ),
        migrations.RemoveField(
            model_name='article',
            name='body',
        ),
        migrations.RemoveField(
            model_name='article',
            name='html',
        ),
        migrations.RemoveField(
            model_name='article',
            name='keywords',
        ),
        migrations.RemoveField(
            model_name='article',
            name='search',
        ),
        migrations.RemoveField(
            model_name='article',
            name='text',
        ),
        migrations.RemoveField(
            model_name='article',
            name='toc',
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('live__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='article_published_has_moment_and_revision'),
        ),
    ]
