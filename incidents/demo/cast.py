"""Quantum Elite's components, by group, with what each does for a customer."""

GROUPS: dict[str, dict[str, str]] = {
    "Web app": {
        "Dashboard": "Signals, positions and performance in the browser",
        "Accounts & login": "Sign-in, second factor, team members",
    },
    "Signals": {
        "AI signal engine": "Computes signals from market data",
        "Model personalization": "Fits the models to your risk profile",
        "Market data feed": "Prices and order books of connected exchanges",
    },
    "Delivery": {
        "E-mail": "Signals and digests by e-mail",
        "Web push": "Notifications in the browser",
        "Telegram bot": "Signals in your Telegram chat",
        "Webhook API": "Signed signals to your own systems",
    },
    "Billing": {"Payments": "Cards, invoices and plan changes"},
    "Support": {
        "Help center": "Guides and answers",
        "Ticket desk": "Tickets and replies by our support team",
    },
}
