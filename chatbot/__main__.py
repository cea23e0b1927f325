"""`python -m chatbot COMMAND …`; see `chatbot.commands`."""

import sys

from chatbot.commands import main

sys.exit(main())
