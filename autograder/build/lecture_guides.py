"""The demos of the lecture hall in their order, and what to say to each: the one source of `notebooks/lectures`."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LECTURES", "Lecture"]


@dataclass(frozen=True)
class Lecture:
    """One demo in the lecture hall.

    Args:
        file: Name of notebook and page.
        demo: Name in `course_utils.widgets` of the function that makes the demo.
        minutes: How long it takes.
        about: One sentence for those who look for a demo.
        say: What to show and to ask, step by step; presets stand in quotation marks.
    """

    file: str
    demo: str
    minutes: int
    about: str
    say: tuple[str, ...]


LECTURES = (
    Lecture(
        "D1_step_size",
        "step_size_demo",
        8,
        "Gradient descent on two variables: one step size makes it crawl, settle, jump for ever or fly away.",
        (
            'Start with "too small": the walk is right but does not arrive. Ask: what if the rate is made larger?',
            '"local minimum": it settles at 1.243. Is that the best there is? The star says no.',
            '"2-cycle": the loss is constant at -1.837, and yet nothing has converged. Ask for the two points, then '
            "name the limit 2/L = 0.181 at the global minimum.",
            '"decay settles it": the same rate, shrunk by 3 % a step, ends at -2.281, the global minimum.',
            '"decay stops it too early": at 20 % a step the steps vanish before the slope does.',
            'Last, "diverges". Let the hall find the largest rate that does not, by the arrow keys.',
        ),
    ),
    Lecture(
        "D2_momentum",
        "momentum_demo",
        12,
        "Learning rate and momentum on one map: grab the point and see why one pair is the fastest.",
        (
            'Start with "plain descent, well chosen": the steep direction jumps, the flat one crawls; both errors '
            "shrink by 0.935 a step. No other rate does better: ask why.",
            '"the best momentum": 0.691 a step. Find the point on the rate map, at the tip of the bright region.',
            '"too much momentum": it circles. On the map the colour depends on momentum alone here: the factor is its '
            "root.",
            "Move the condition number from 1 to 1000 and watch the bright region shrink.",
            '"three minima": momentum 0.7 carries it over a local minimum into the global one, 0.85 over that one too.',
            '"real digits": the same map, measured on a softmax model; the usual rate of 0.1 is 150 times too small '
            "here.",
        ),
    ),
    Lecture(
        "D3_race",
        "race_demo",
        10,
        "Six optimizers start from one point: in a ravine, in the same ravine turned, and beside a saddle.",
        (
            '"ravine": before it runs, let the hall bet. Adam and RMSProp cut the corner, because each coordinate has '
            "a rate of its own.",
            '"rotated ravine": the same function, turned by 45 degrees. Adam ends at the loss of plain descent. Why?',
            '"saddle, exactly on its axis" against "off its axis": without a nudge nobody leaves, with 0.01 all do.',
            '"steep optimum": at rate 0.1 plain descent is thrown out of the valley that Adam stays in.',
            "Point out that one rate for all is not fair; then move the rate and watch the ranking change.",
        ),
    ),
    Lecture(
        "D4_minibatch_noise",
        "minibatch_demo",
        8,
        "How much gradients of small batches scatter, and what that costs per update and per example.",
        (
            '"one example at a time", "eight", "sixty-four": the cloud shrinks with the root of the batch size. Read '
            "the spread in the verdict and check the factor.",
            '"the full batch": no noise, but eight updates are all that the budget buys.',
            "Compare the middle and the right panel: by examples small batches are ahead, by cost they are not.",
            '"updates cost nothing" takes the overhead away. Ask on which machines that is nearly so.',
        ),
    ),
    Lecture(
        "D5_norm_cube",
        "norm_cube_demo",
        8,
        "Which numbers share a mean and a variance in batch, layer, group, instance and RMS norm.",
        (
            '"batch norm: one moves, all move": the outlined cells share a mean and a variance. Move the example by '
            "the slider: all rows change.",
            '"layer norm", "group norm", "instance norm": only its own row changes. Count the outlined cells.',
            "Ask which of them can be used with a batch of one, and which needs running statistics for prediction.",
            '"RMS norm": the groups of layer norm, but the mean stays in.',
        ),
    ),
    Lecture(
        "D6_smoothness",
        "smoothness_demo",
        8,
        "Does a normalised network have a smoother loss? Measure along the gradient, and look twice.",
        (
            '"at the start": two networks before their first update. Cover the legend: which one is normalized? At '
            "first it is the rougher one.",
            '"after 50 updates": over the whole step the plain one is 7 times rougher. Ask whether that is why the '
            "other one trains faster. Move the learning rate: both train anew while you look.",
            '"after 200 updates": 10 times. The losses differ, too: is the comparison fair?',
            '"after 200 updates, a short step": 4.5 times. What is smooth depends on how far one goes.',
            '"short weights look rough": hidden weights times 0.3. The normalized network computes the same, its loss '
            "starts where it was, and a short step is ten times rougher.",
            '"long weights look smooth": times 3. Ask for a measure that would not change.',
        ),
    ),
    Lecture(
        "D7_adam_start",
        "adam_start_demo",
        6,
        "Adam's first steps with and without the corrections for averages that start at zero.",
        (
            '"0.9 and 0.99: one step hides it": the first step is right with or without correction. A test of one '
            "step would pass; at step 13 the factor is 2.13.",
            '"0.9 and 0.999: six times too long": 3.16 at first, 6.57 at step 12.',
            "Switch to alternating gradients: the second average is the same, the first one nearly cancels.",
            '"rare gradients": what is a long step here good for, and when is it harmful?',
        ),
    ),
    Lecture(
        "D8_depth_signal",
        "depth_signal_demo",
        8,
        "A signal through up to sixty layers: it vanishes, explodes, or is kept by its first weights and by norms.",
        (
            '"20 plain layers: it vanishes": times 0.169 per layer. Ask for the size after 20: 3e-16.',
            '"He keeps it": two over the fan-in makes up for the half that ReLU cuts off.',
            '"too large: it explodes". Then ask whether layer norm would hide that.',
            '"layer norm puts it back": forward every layer starts anew, but the gradient still shrinks a little.',
            '"residual: it grows": a sum of two equal parts. What would you scale?',
        ),
    ),
    Lecture(
        "D9_schedules",
        "schedules_demo",
        6,
        "Learning-rate schedules on a noisy quadratic: what the decay lets out, and what the warmup waits for.",
        (
            '"constant: the noise stays": the loss stops at a floor. Ask what sets its height; then move the noise.',
            '"cosine: the noise is let out" and "step": both end well below, once the rate is small.',
            '"a sharp start, no warmup": the first steps are far above the limit, and the loss explodes before the '
            'curvature has flattened. "with warmup" waits.',
            "Ask at which point of the run a larger batch would do the same as a smaller rate.",
        ),
    ),
    Lecture(
        "D10_which_bug",
        "which_bug_demo",
        12,
        "Learning curves of training loops with one fault each: vote, then see the answer.",
        (
            "Show a case without the answer for half a minute. Let the hall vote by hands; type the counts.",
            "Ask the largest group what in the curves decided it, and the smallest what speaks against it.",
            "Switch the answer on. Compare the first loss with ln 10 = 2.30 each time: it separates half of the cases.",
            "Case 6 is the hard one: the training curve is healthy.",
        ),
    ),
    Lecture(
        "D11_edge_of_stability",
        "edge_demo",
        8,
        "The sharpness of a small network rises while it trains until it meets two over the learning rate.",
        (
            '"a small rate: the edge is far": the sharpness rises, the loss falls in every step. As on a quadratic.',
            '"it rises to the edge": ask what happens when the sharpness passes 2/lr. The loss jumps, and comes back, '
            "because the jump leads to where the sharpness is lower.",
            '"it starts above the edge": the textbook says that it diverges. The sharpness comes down to 2/lr instead.',
            '"the rate doubles half-way" and "the rate is halved half-way": the limit pushes down, and '
            "pulls nothing up.",
            '"too large: it diverges". Let the hall find the largest rate that does not.',
        ),
    ),
    Lecture(
        "D12_singular_values",
        "muon_demo",
        6,
        "What the Newton-Schulz steps of Muon do to the singular values of a momentum.",
        (
            '"before": ten large singular values, the others below a tenth of the largest. What does a step along this '
            "momentum change?",
            'Move the steps from 0 to 5: "one step" multiplies the small ones by 3.44 and leaves '
            "the large ones near 1.",
            '"five steps: what Muon uses": most are in the grey band. Ask why they need not be 1.',
            '"five steps of the cubic": its values converge to 1, but slowly; "twelve steps of the cubic" are '
            "not there.",
            '"random numbers": a random matrix has no direction that stands out.',
        ),
    ),
    Lecture(
        "T1_slice_descent",
        "slice_descent_demo",
        8,
        "One weight and one bias of a softmax model on real digits: find the rate that is 150 times larger.",
        (
            "Task for the hall: both distances below 1e-6 within 100 steps. Distances are meant; the loss itself "
            "cannot fall below 2.45.",
            '"a larger rate": 103 steps. "a larger rate with momentum": 66.',
            "Which direction is slow, the weight or the bias? At the minimum the weight, by a factor of 3.5. "
            "The condition number is 3.6: the problem is well-conditioned, and the rate was too small.",
        ),
    ),
    Lecture(
        "T2_restarts",
        "restarts_demo",
        8,
        "Train from seven starts near one another and see how far apart their curves end.",
        (
            'Train "10", "20, 20" and "100, 100" and compare how far the seven curves lie apart.',
            '"noise ten times the weights" is not a neighbour of the start but a bad start: ask how to tell.',
        ),
    ),
    Lecture(
        "T3_update_cost",
        "update_cost_demo",
        5,
        "What does a gradient of a hundred examples cost beside that of one? Measured on this machine.",
        (
            "Measure. Ask first: what does a gradient of 100 examples cost, compared with that of one?",
            "Find the bend of torch (dotted): left of it a call costs the same whatever it does, right of it each "
            "example counts. The page's own code pays no price per call: where is its bend?",
        ),
    ),
    Lecture(
        "T4_batch_sizes",
        "batch_sizes_demo",
        8,
        "Which batch size reaches the goal first, by seconds and by examples?",
        (
            "Task: a loss steadily below 0.5 within 5 seconds. Each size needs a rate of its own.",
            "Seconds are those of this machine; the panel by examples can be compared between machines.",
        ),
    ),
    Lecture(
        "T5_training_race",
        "training_race_demo",
        8,
        "Optimizers train a network on digits: is one learning rate for all a fair race?",
        (
            'Start "one small rate": RMSProp and Adam learn, the others hardly. Who is the best? Then "good for SGD".',
            "Move the rate and the momentum while it trains: the curves bend at once.",
            "Ask what a fair comparison would need: a rate for each, and several seeds.",
        ),
    ),
    Lecture(
        "T6_widths",
        "widths_demo",
        8,
        "The best learning rate moves with the width of a network, unless its weights are scaled by muP.",
        (
            'Train "standard: the best rate moves". Let the hall bet first: by how much does the best rate of the '
            "widest network differ from that of the narrowest?",
            '"muP: it stays": the lowest points lie above each other, within a factor of two. What does that save?',
            '"standard, other seeds": what of this is chance?',
        ),
    ),
)
