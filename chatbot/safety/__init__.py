"""Danger first: what a message may say of danger, and where help is to be had."""
