"""Answers of a class to two questions as people write them, each with the mark that a person gives it.

Among them are copies, copies with typing errors, the same thought in other words, and pairs that differ by a word or a
number and are worth different marks.
"""

JUMPS = """
1 The run never settles: it alternates between two points around the minimum (f about -1.837 and -1.899). The limit is 2/L = 2/11.04 = 0.18, and 0.2 is above it. A large step can leap out of the local minimum, but then it cannot settle.
1 It is a 2-cycle, not a minimum. After 200 steps the point still moves by half a unit. 2/L = 0.181 < 0.2, so it cannot converge. Smaller steps settle but end in the nearest valley.
1 It is a 2-cycle, not a minimum. After 200 steps the point still moves by half a unit. 2/L = 0.181 < 0.2 so it can not converge. Smaller steps settle but end in the nearest valley.
1 it is a 2-cycle, not a minimum. after 200 steps the point still moves by half a unit. 2/L = 0.181 < 0.2, so it cannot converge. smaller steps settle, but end in the nearest valley
1 The points jump back and forth between two positions for ever. Curvature at the global minimum is 11.04 so the largest stable step is 0.181. 0.1 converges but to the local minimum, 0.2 leaps over it but never comes to rest.
1 With 0.2 we get an oscillation of period two around the global minimum: every second point is the same. This is because 0.2 > 2/L = 0.18. With 0.17 it would converge, if it is already in that valley, and small steps from (3, 2) get stuck in the other one.
1 No minimum is reached. Printing the last points shows two values that repeat. L = 11.04, 2/L = 0.18. The trade-off: big steps explore, small steps converge.
1 No minimum is reached. Printing the last points shows two values that repeat. L=11.04, 2/L=0.18. The tradeoff: big steps explore, small steps converge.
1 Between steps 199 and 200 the point moves 0.55, and x at step 198 equals x at step 200. So it is a cycle of two points. Stable only for eta < 2/L which is about 0.18 here. Large eta leaps over the local minimum but cannot settle in the good one.
1 neither of the two values is a minimum, the iteration has period 2. $2/L = 0.181$. A decay would help: first leap, then settle.
1 Neither of the two values is a minimum; the iteration has period 2. $2/L=0.181$. A decay would help: first leap, then settle.
1 The walk ends in a two-cycle since eta is larger than 2/L = 2/11.04 = 0.1812. Evidence: gradient norm stays at 2.7, positions alternate. Small steps follow the closest valley, large ones cross the ridge.
1 f keeps alternating -1.837, -1.899, -1.837, ... so it bounces across the valley. Limit 0.18 from L = 11. One needs a big step to escape and a small step to converge.
0.5 The run never settles, it alternates between two points around the minimum, f = -1.837 and -1.899. A large step can leap out of the local minimum but then it cannot settle.
0.5 It is a 2-cycle, not a minimum. After 200 steps the point still moves by half a unit. Smaller steps settle but end in the nearest valley.
0.5 It is a 2-cycle, not a minimum. After 200 steps the point still moves by half a unit. Smaller steps would settle but end in the nearest valley.
0.5 The limit is 2/L = 0.18 and 0.2 is larger than it.
0.5 The limit is 2/L = 0.18 and 0.2 is larger than it
0.5 the limit is 2/L=0.18, and 0.2 is larger than it.
0.5 The limit is 2/L = 0.181 and 0.2 is above it.
0.5 0.2 is more than 2/L = 2/11.04 = 0.181
0.5 0.2 is more than 2/L = 2/11.04 = 0.18
0.5 The step size has to be below 2/L. L is 11.04 at the minimum so the limit is 0.18. That is why it does not converge.
0.5 The step size must be below 2/L. L is 11.04 at the minimum, so the limit is 0.18. That is why it does not converge.
0.5 It reached the minimum -1.837 and after that it jumped to -1.899, since eta is above 2/L = 0.18.
0.5 It alternates between two points, neither of which is a minimum; the plot shows this. If the step is large the walk can leave a valley, if it is small it can rest in one.
0.5 It alternates between two points, neither of which is a minimum, the plot shows this. If the step is large the walk can leave a valley, if it is small it can rest in one.
0.5 Every second point is the same so this is a cycle. With a bigger step it explores, with a smaller one it settles.
0.5 The maximum step size for convergence is 2 divided by the largest curvature, here 0.18.
0.5 Learning rate 0.2 > 0.18 = 2/L, thus divergence from the minimum.
0.5 The eigenvalue of the Hessian is 11.04, so eta has to be less than 0.1812, and it was not.
0.5 The eigenvalue of the Hessian is 11.04 so eta has to be less than 0.1812 and it was not.
0.5 The last points repeat with period two (I printed them). A bigger step would leap out of this valley and a smaller one would come to rest in it.
0.5 The last points repeat with period two, I printed them. A smaller step would leap out of this valley less often but would come to rest in it.
0 The run reached the minimum at -1.837.
0 the run reached the minimum at -1.837
0 The run reached the minimum at -1.899.
0 It oscillates.
0 it oscillates
0 It oscillates because the learning rate is too large.
0 It oscillates because the learning rate is too high.
0 It oscillates because the step size is too large.
0 It oscillates because the learning rate is too small.
0 Too large.
0 The step size is too large
0 The step size is too big.
0 the step size was too large so it overshoots
0 The step size was too large, so it overshoots.
0 I think the learning rate was too high and therefore it did not converge, one should use a lower one.
0 It converged to the local minimum because the step was small.
0 It converged to the global minimum because the step was large.
0 It diverges.
0 The gradient is zero there.
0 The gradient vanishes, so it stays where it is.
0 The function has two minima and the run found both of them.
0 Because gradient descent is stochastic the value is never the same.
0 It reached a minimum, as one can see from the loss that is flat.
0 It got stuck in a saddle point
0 The run did not have enough steps. With 1000 steps it would have converged.
0 The run did not have enough steps, with 2000 steps it would have converged.
0 idk
0 no idea
0 No idea, sorry
0 ?
0 I don't know
0 -
0
0
0 The limit is 2/L = 1.8 and 0.2 is below it, so the run converges.
0 The limit is 2/L = 0.55 and 0.2 is below it, so it converges to the minimum.
"""
NOISE = """
1 The standard deviation halves. The mini-batch gradient is a mean of independent terms, so its variance is sigma^2/B; four times B gives a quarter of the variance and half of the deviation.
1 The standard deviation halves: the minibatch gradient is a mean of independent terms, so its variance is sigma^2/B, and four times B gives a quarter of the variance and half of the deviation.
1 Variance goes down by a factor of 4 because we average over 4 times as many independent samples, the spread itself by a factor of 2.
1 The variance goes down by a factor of 4 because we average over 4 times as many independent samples; the spread itself by a factor of 2.
1 by 2, since std of a mean of n independent values is sigma/sqrt(n) and sqrt(4)=2
1 By 2, since the std of a mean of n independent values is sigma/sqrt(n), and sqrt(4) = 2.
1 Half. Standard error of the mean: sigma over root n. Independent draws.
1 The noise falls with one over the square root of the batch size as the examples are drawn independently and averaged. So 4x gives half the noise.
1 The noise falls like 1/sqrt(B), as the examples are drawn independently and then averaged. So 4x gives half of the noise.
1 $\\operatorname{Var}(\\bar g) = \\sigma^2 / B$ for independent examples, hence a quarter of the variance, half of the standard deviation.
1 $\\operatorname{Var}(\\bar{g}) = \\sigma^2/B$ for independent examples, hence a quarter of the variance, and half of the standard deviation.
1 It gets two times smaller. Averaging independent errors makes them cancel, with the root of their number.
1 The mean over a batch has sigma/sqrt(B) because errors of independent examples partly cancel. sqrt(400/100) = 2, so twice as small.
1 I measured 0.82 and 0.41, i.e. a factor of 2. Theory: averages of independent gradients, 1/sqrt(4).
1 The spread is divided by two. In a mean of independent quantities the variances add up and are divided by n squared, so var = s^2/n.
1 One half, because variance of an average of independent things is divided by their number (4) and std is the root of that.
0.5 The standard deviation halves.
0.5 the standard deviation halves
0.5 It halves.
0.5 It is halved
0.5 It is halved.
0.5 By a factor of 2.
0.5 by a factor of 2
0.5 a factor of two
0.5 The noise is half as large.
0.5 The noise is half as big.
0.5 Half as much noise as before, I saw it in the plot.
0.5 Half as much noise as before, as I saw in the plot.
0.5 The variance is a quarter.
0.5 The variance is 4 times smaller
0.5 The variance is four times smaller.
0.5 I measured 0.82 and 0.41, i.e. a factor of 2.
0.5 I measured 0.80 and 0.40, i.e. a factor of 2.
0.5 We average over more independent samples and so the errors cancel.
0.5 We average over more independent samples, so the errors cancel.
0.5 It gets smaller because the gradient is an average over independent examples.
0.5 It gets smaller, because the gradient is an average of independent examples.
0.5 It falls by a factor of 4, because the mean of independent gradients has less noise.
0.5 It falls by a factor of 4 because a mean of independent gradients has less noise.
0.5 Larger batches average more independent examples, so their errors cancel out.
0.5 Larger batches average over more independent examples and their errors cancel out.
0 The standard deviation doubles.
0 the standard deviation doubles
0 It doubles.
0 It falls by a factor of 4.
0 It falls by a factor of 4
0 by a factor of 4
0 By a factor of 4.
0 It falls by a factor of 16.
0 It gets smaller.
0 it gets smaller
0 It gets larger.
0 The noise gets smaller.
0 The noise gets less.
0 The noise gets smaller with larger batches.
0 The noise gets smaller with a larger batch.
0 The noise gets larger with larger batches.
0 It does not change.
0 It stays the same because the data are the same.
0 It stays the same, because the data are the same.
0 It changes because the data are not the same.
0 Batches that are larger need fewer steps per epoch.
0 Larger batches are slower per step but more stable.
0 Larger batches are slower per step, but more stable.
0 Smaller batches are slower per step but more stable.
0 The loss goes down faster with large batches.
0 The loss goes down slower with large batches.
0 idk
0 I have no idea.
0 don't know
0 todo
0
0
"""


def read(text):
    """Return (mark, answer) of every line."""
    pairs = (line.partition(" ") for line in text.strip().splitlines())
    return [(float(mark), answer.replace("\\\\", "\\")) for mark, _, answer in pairs]


ANSWERS = {"jumps": read(JUMPS), "noise": read(NOISE)}
MODELS = {
    "jumps": (
        "The run did not reach a minimum: it jumps for ever between two points around the global minimum. The limit is "
        "2/L = 0.18. A large step leaps over the local minimum, a small one settles.",
        "- 0.5 for the 2-cycle with evidence from the run, and the trade between leaping and settling.\n"
        "- 0.5 for the limit $2/L$ with the number 0.18.\n"
        '- Saying only "it oscillates" or "too large" earns nothing.',
    ),
    "noise": (
        "The standard deviation halves, and the variance is a quarter: the gradient of a batch is the mean of "
        "independent terms, so its variance is $\\sigma^2/B$.",
        "- 0.5 for half of the deviation, or a quarter of the variance.\n- 0.5 for the mean of independent terms.",
    ),
}
