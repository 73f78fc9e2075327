"""
Where the token of an order comes from: `straks.Maskinporten`, or somebody who fetches it for us.

A source gives a token when it is asked and is told when one was refused; the protocol is
`straks.altinn.token_source.TokenSource`. What is here adds what that may not have: clocks, dice, files,
threads, and the library that signs.
"""
