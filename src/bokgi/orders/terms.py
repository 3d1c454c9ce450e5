"""The market's rules for one panel, as arrays that kernels can read.

Built by `market_terms(panel, rules)`; kernel and plain reference see the same terms.
"""

from dataclasses import dataclass

from bokgi.units import FloatArray, IntArray, ShortArray


@dataclass(frozen=True)
class Terms:
    """Ticks, limits and taxes by instrument and session.

    ladder : int32[instrument, session], index of the tick ladder; -1 where prices have no ticks (plain, adjusted)
    ladder_bounds : float64[ladder, step], upper bound (exclusive) of each step, +inf last [price]
    ladder_steps : float64[ladder, step], tick of each step [price]
    upper_limit, lower_limit : float64[instrument, session]; NaN where the base price is not known or there is no limit
    transaction_tax_ppm, special_tax_ppm : int64[instrument, session], taxes on sales by trade date [ppm]
    delisted_session : int64[instrument], first session without the instrument; the number of sessions where it stays listed
    """

    ladder: ShortArray
    ladder_bounds: FloatArray
    ladder_steps: FloatArray
    upper_limit: FloatArray
    lower_limit: FloatArray
    transaction_tax_ppm: IntArray
    special_tax_ppm: IntArray
    delisted_session: IntArray
