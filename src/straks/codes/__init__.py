"""
One-time codes: issued, sent, verified once.

The rules are a pure function: what is stored, what the clock says and what came in give what is stored
next and the answer. They stand in `straks.codes.rules`, once, for every store. A store knows nothing of
codes; it promises one thing, that a decision sees exactly what its result replaces
(`straks.codes.stores`). So counting, comparing and consuming are one step everywhere, and none of them
is written twice, in another language, or without a comparison in constant time.

========================  ========================================================================
module                    holds
========================  ========================================================================
`rules`                   what may be issued, and what a code that came in is worth: the idea
`settings`                how many, how often, how long, where to
`seal`, `secret`          keyed hashes, what a code rests as; text that does not show
`document`                what rests in a store, as bytes
`recipient`               whom a code is for, as the rules count recipients
`conversation`            issue, verify, revoke, unlock as plans; `sending` adds the message
`plan`                    the two loops that carry a plan, sync and async
`stores`                  what a store promises; one module for each
`record`, `watch`         what happened, without the code; alarms about pumped traffic
`one_time_codes`          `OneTimeCodes` and `AsyncOneTimeCodes`: clock, dice and store, joined
========================  ========================================================================
"""
