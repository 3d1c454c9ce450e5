"""What is found in bars on their way into the store: repairs, and the quality report on the bars as readers will see them."""

from dataclasses import replace

from bokgi.data.incoming import Incoming
from bokgi.data.master import Master
from bokgi.data.quality import quality_faults
from bokgi.data.repairs import find_repairs, repair_faults, repaired_bars


def judged(incoming: Incoming, master: Master) -> Incoming:
    """The same bars with their repairs and every finding, which the store keeps beside them."""
    repairs = find_repairs(incoming)
    seen = replace(incoming, bars=repaired_bars(incoming.bars, repairs)) if repairs else incoming
    faults = (*incoming.faults, *repair_faults(repairs), *quality_faults(seen, master.lookup, known=master.known))
    return replace(incoming, faults=faults, repairs=repairs)
