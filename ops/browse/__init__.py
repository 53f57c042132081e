"""A browser as a person holds it, for the journeys of the tests, the measurements and the pictures.

    chromium.py      Chromium with the flags that suit a machine without a screen, and three devices
    installation.py  a demo school of its own behind two web workers, stopped on a school day
    crawl.py         every page behind a link, every form on those pages
    acts.py          what people do: sign in, apply, decide, take a register

Nothing here waits for a length of time; everything waits for what it needs to see.
"""
