from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

ARTICLE_WRITTEN = declare("article.written", _("{by} wrote the article"))
ARTICLE_REVISED = declare("article.revised", _("{by} wrote revision {number}"))
ARTICLE_PLACED = declare("article.placed", _("{by} changed where the article stands or who reads it"))
ARTICLE_SUBMITTED = declare("article.submitted", _("{by} asked for a review of revision {number}"))
ARTICLE_APPROVED = declare("article.approved", _("{by} approved revision {number}"))
ARTICLE_RETURNED = declare("article.returned", _("{by} gave revision {number} back"))
ARTICLE_SCHEDULED = declare("article.scheduled", _("{by} set when the article is shown"))
ARTICLE_PUBLISHED = declare("article.published", _("{by} published the article (revision {version})"))
ARTICLE_WITHDRAWN = declare("article.withdrawn", _("{by} withdrew the article"))
ARTICLE_EXPIRED = declare("article.expired", _("The article reached its end and is a draft again"))
ARTICLE_ARCHIVED = declare("article.archived", _("{by} archived the article"))
ARTICLE_VERIFIED = declare("article.verified", _("{by} verified the article"))
ARTICLE_REVIEW_DUE = declare("article.review_due", _("The article is due for review"))
ARTICLE_RELINKED = declare("article.relinked", _("Links to moved articles were rewritten (revision {number})"))
ARTICLE_CARE_CHANGED = declare("article.care_changed", _("{by} changed who looks after the article, or how often"))
ARTICLE_PICKED = declare("article.picked", _("{by} picked related articles"))
SERIES_ARRANGED = declare("series.arranged", _("{by} arranged the series"))
ARTICLE_VOTED = declare("article.voted", _("A reader voted on the article"))
CATEGORY_WRITTEN = declare("category.written", _("{by} made the category"))
CATEGORY_UPDATED = declare("category.updated", _("{by} changed the category"))
