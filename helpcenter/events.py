from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

ARTICLE_WRITTEN = declare("article.written", _("{by} wrote the article"))
ARTICLE_UPDATED = declare("article.updated", _("{by} changed the article (version {version})"))
ARTICLE_PUBLISHED = declare("article.published", _("{by} published the article"))
ARTICLE_WITHDRAWN = declare("article.withdrawn", _("{by} withdrew the article"))
ARTICLE_VOTED = declare("article.voted", _("A reader voted on the article"))
CATEGORY_WRITTEN = declare("category.written", _("{by} made the category"))
CATEGORY_UPDATED = declare("category.updated", _("{by} changed the category"))
