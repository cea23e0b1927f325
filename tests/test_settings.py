"""Settings: every bad value at once, each with what would be accepted."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from chatbot.errors import SettingsError
from chatbot.settings import Settings


def refused(**given: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_mapping(given)
    return [str(problem) for problem in caught.value.problems]


def test_nothing_set_is_a_complete_setting() -> None:
    settings = Settings.from_mapping({})
    assert settings.knowledge == Path("knowledge")
    assert settings.rate_limit == "60 per minute"
    assert (settings.retention_days, settings.trusted_proxies) == (90, 0)
    assert (settings.semantics, settings.staff_mfa) == (True, True)
    assert (settings.question_log, settings.metrics) == (False, False)


def test_all_bad_values_are_reported_together_with_what_is_accepted() -> None:
    told = refused(
        RATE_LIMIT="sometimes", RETENTION_DAYS="-1", EMBED_ORIGINS="https://a.example/path",
        METRICS="maybe", NOTIFY_EMAIL="a@b, c@d", PUBLIC_URL="ftp://x", TRUSTED_PROXIES="all",
    )  # fmt: skip
    assert len(told) == 7
    assert any("60 per minute" in line for line in told)
    assert any("'on' or 'off'" in line for line in told)
    assert all(line.startswith("CHATBOT_") for line in told)


def test_what_is_empty_or_none_is_not_set() -> None:
    empty = {field.name.upper(): "" for field in fields(Settings)}
    assert Settings.from_mapping(empty) == Settings.from_mapping({})
    assert Settings.from_mapping(dict.fromkeys(empty, " ")) == Settings.from_mapping({})
    none = dict.fromkeys([*empty, "SECRET_KEY_FILE"])
    assert Settings.from_mapping(none) == Settings.from_mapping({})
    [told] = refused(WEBHOOK_URL="https://hooks.example/x", WEBHOOK_SECRET=None)
    assert told.startswith("CHATBOT_WEBHOOK_SECRET:")


def test_an_unknown_name_is_refused_and_the_nearest_one_named() -> None:
    [told] = refused(EMBED_ORIGIN="https://a.example")
    assert "CHATBOT_EMBED_ORIGINS" in told


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n", encoding="utf-8")
    assert Settings.from_mapping({"SECRET_KEY_FILE": secret}).secret_key == "s3cret"
    [told] = refused(SECRET_KEY_FILE=tmp_path / "missing")
    assert "readable file" in told


def test_only_names_with_the_prefix_are_read_from_the_environment() -> None:
    environ = {"PATH": "/bin", "CHATBOT_RETENTION_DAYS": "30", "KNOWLEDGE": "elsewhere"}
    settings = Settings.from_environ(environ)
    assert (settings.retention_days, settings.knowledge) == (30, Path("knowledge"))


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"DATABASE_URL": "postgresql+psycopg://u:p@h/d"}, "SECRET_KEY"),
        ({"WEBHOOK_URL": "https://hooks.example/x"}, "WEBHOOK_SECRET"),
        ({"SMTP_URL": "smtp://127.0.0.1:25"}, "MAIL_FROM"),
    ],
)
def test_what_needs_a_partner_says_so(given: dict[str, str], missing: str) -> None:
    [told] = refused(**given)
    assert told.startswith(f"CHATBOT_{missing}:")


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!", "whsec_abc", "whsec_é", "whsec_ "])
def test_a_webhook_secret_without_a_key_in_it_is_refused_and_not_repeated(secret: str) -> None:
    [told] = refused(WEBHOOK_URL="https://hooks.example/x", WEBHOOK_SECRET=secret)
    assert told.startswith("CHATBOT_WEBHOOK_SECRET:")
    assert "whsec_ with a key in base64" in told
    assert "!!" not in told


@pytest.mark.parametrize("secret", ["a text of your own", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_a_webhook_secret_is_a_text_or_base64(secret: str) -> None:
    given = {"WEBHOOK_URL": "https://hooks.example/x", "WEBHOOK_SECRET": secret}
    assert Settings.from_mapping(given).webhook_secret == secret


def test_a_password_in_a_bad_url_is_not_repeated() -> None:
    [told] = refused(SMTP_URL="imap://user:hunter2@mail.example")
    assert "hunter2" not in told


def test_origins_are_exact_and_lists_are_accepted() -> None:
    settings = Settings.from_mapping({"EMBED_ORIGINS": ["https://a.example", "http://b:8000"]})
    assert settings.embed_origins == ("https://a.example", "http://b:8000")
    refused(EMBED_ORIGINS="*")
    refused(EMBED_ORIGINS="https://*.example")
