"""Simulated workers: they sign in, claim, draw with mistakes of their own, hand in and review, over HTTP alone.

`truth` reads what is right, `skill` and `drawing` say how a person gets it wrong, `comparing` measures how wrong it is,
`reviewing` looks at others' work, `people` brings the crowd in, `worker` is one of them at work, `crowd` runs them all
and sums up, `ledger` keeps what the server acknowledged.
"""
