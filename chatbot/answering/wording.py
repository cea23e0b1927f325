"""The fixed sentences of a reply: the built-in ones, with the clinic's own in their place."""

from collections.abc import Mapping

from chatbot.builtin import read_yaml
from chatbot.knowledge.model import Clinic


def wording(clinic: Clinic) -> Mapping[str, str]:
    """Every reply sentence by key, with the clinic's name filled in."""
    replies = {**read_yaml("wording.yaml")["replies"], **clinic.wording}
    return {key: text.replace("{clinic}", clinic.name).strip() for key, text in replies.items()}


def disclaimer(clinic: Clinic) -> str:
    """The medical disclaimer; a clinic can add to it but not take from it."""
    fixed: str = read_yaml("wording.yaml")["fixed"]["disclaimer"].strip()
    return f"{fixed} {clinic.disclaimer.strip()}" if clinic.disclaimer else fixed
