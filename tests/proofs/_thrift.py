"""Make key derivation cheap, for servers at which a proof signs in hundreds of times.

What it really costs is no matter of the door; `told-the-same` looks at that.
"""

from workbook.service.formats import crypto

crypto.HOUSEHOLD = crypto.Cost(memory_kib=64, passes=1, lanes=1)
