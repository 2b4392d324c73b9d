from tickets.models.promises import SlaPolicy, Timer
from tickets.models.tickets import Category, Message, Ticket, address

__all__ = ["Category", "Message", "SlaPolicy", "Ticket", "Timer", "address"]
