"""Names for the quantities that cross module borders.

Money outside kernels is whole won (`Krw`); ratios are fractions, never percent; rates of cost are
whole parts per million (`Ppm`); instants are microseconds since 1970-01-01 UTC (`Micros`); a minute
of the day is counted from midnight in exchange time (`Minute`: 09:00 is 540).
"""

from typing import NewType

import numpy as np
from numpy.typing import NDArray

Krw = NewType("Krw", int)
Ratio = NewType("Ratio", float)
Ppm = NewType("Ppm", int)
Micros = NewType("Micros", int)
Minute = NewType("Minute", int)

FloatArray = NDArray[np.float64]
HalfArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
ShortArray = NDArray[np.int32]
ByteArray = NDArray[np.int8]
BoolArray = NDArray[np.bool_]
DayArray = NDArray[np.datetime64]

PPM = 1_000_000
MICROS_PER_MINUTE = 60_000_000
MINUTES_PER_DAY = 1_440
