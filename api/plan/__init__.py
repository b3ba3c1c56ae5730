"""Read plans: a query compiled once into SQL and a writer of JSON, for reads of the read graph.

What candidates send takes the same short way around the executor.

The ordinary executor is the reference. A plan gives the same answer letter for letter, or none:
what is not planned, and whatever goes wrong on the way, is left to the ordinary way, and counted.
"""

from api.plan.answering import Answer, answer
from api.plan.reasons import PLANNED, Reason, monitored, operations

__all__ = ["PLANNED", "Answer", "Reason", "answer", "monitored", "operations"]
