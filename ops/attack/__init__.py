"""`./dev attack`: sqlmap over every form, query, path, header and cookie of a demo school of its own.

main.py     the command: what is attacked in which order, two at a time, and the verdict
targets.py  the real addresses and forms, as each role finds them
sqlmap.py   one call of sqlmap, and what it said
wsgi.py     the application as it is attacked: nobody is turned away for asking too often
bait.py     a view with a hole, which must be found
"""
