"""The pages of the staff: sign-in, inbox, one hand-off, numbers, the knowledge folder. Each module
adds its pages to the one blueprint, which lets in only who is signed in."""

from chatbot.web.staff import gaps, inbox, knowledge
from chatbot.web.staff.auth import blueprint

__all__ = ["blueprint", "gaps", "inbox", "knowledge"]
