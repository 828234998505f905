"""The local socket between kernels and the service, both ends built from `workbook.service.desks.roles`.

``calls`` reads each verb's arguments and result from the interfaces' annotations. ``socket``
answers, beside the store. ``remote`` asks, in a kernel. ``tickets`` bind a kernel to one person's
interface. ``errors`` cross by class. ``defects`` of a kernel reach the server's log. ``path`` says how
long the socket's may be.
"""
