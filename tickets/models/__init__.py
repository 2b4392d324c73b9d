from tickets.models.promises import SlaPolicy, Timer
from tickets.models.tickets import Category, Message, Ticket

__all__ = ["Category", "Message", "SlaPolicy", "Ticket", "Timer"]
