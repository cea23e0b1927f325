"""Telling the staff: mail and webhooks, tried until they arrive."""
