"""What differs between runs (or any things with named values): computed once, arranged and shown in many ways.

``sheet`` holds the values as matrices, ``sources`` fills it from runs, ``comparison`` says what differs and by how
much, ``arrangement`` which rows are shown in which order, ``cells`` and ``table`` how they read.
"""
