"""The words every feature speaks: value types and pure rules shared by the whole school.

Nothing in here knows Flask, SQLAlchemy, a clock or any other feature, so all of it may be used from rules,
services, templates, jobs and commands alike.

==================  ====================================================================
``locales``         the three languages, their direction and order of fall-back
``errors``          the base of the domain's typed errors
``digits``          Bangla, Arabic and ASCII digits
``numbers``         numbers and percentages as people read them
``money``           taka in and out
``dates``           days, times, ages and the Bangla calendar
``phones``          mobile numbers of Bangladesh
``names``           names: cleaning, searching, sorting, initials
``texts``           text the school typed, in up to three languages
``references``      application references and student numbers with a check digit
``identity``        birth registration and national identity numbers
``ids``             keys and secret tokens
``paging``          one page of a long list
``access``          roles, permissions, and who is acting
==================  ====================================================================
"""
