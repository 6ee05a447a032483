"""Contact lost on charge at two pressures, from the runs of docs/tutorial.md; run it where the folder `contact` is."""

from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

import fem_asslb

CASE = Path("contact")

figure, (left, right) = plt.subplots(1, 2, figsize=(7.0, 2.8), layout="constrained")
for pressure, colour in ((5, "tab:orange"), (50, "tab:blue")):
    for results, style in ((f"at-{pressure}", "-"), (f"at-{pressure}-seed-2", "--")):
        history = fem_asslb.read_results(CASE / results).history
        charge = history[history["protocol step [-]"] == 3]
        capacity = charge["specific capacity [mAh/g]"]
        label = f"{pressure} MPa" if style == "-" else None
        left.plot(capacity, 100.0 * charge["particle|cathode open [-]"], style, color=colour, label=label)
        right.plot(capacity, 100.0 * charge["particle|cathode conducting [-]"], style, color=colour)
left.set(xlabel="specific capacity [mAh/g]", ylabel="open surface [%]")
right.set(xlabel="specific capacity [mAh/g]", ylabel="conducting surface [%]")
left.legend(frameon=False)
figure.savefig(CASE / "contact.png", dpi=140)
