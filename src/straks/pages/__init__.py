"""
What every page is made with: the live preview's, the simulator's inbox, and the gallery, which is a file.

A page is a file of Jinja beside the module that fills it, escaped; a style sheet and a script of its own, and
`base.css`, which all of them share; headers that let it load nothing from elsewhere and be framed by nobody;
and its words in Norwegian and English, of which a reader gets one. Who is let in at all is decided by
`straks.simulator.doorkeeper`.
"""
