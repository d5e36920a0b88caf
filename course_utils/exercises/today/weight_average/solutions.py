"""Ways to write `WeightAverage`, right and wrong."""

import copy

import torch


def shadow(mix, *, start=copy.deepcopy, buffers="copied", hand_over=False):
    """Keep a second network, and mix parameters into it.

    Args:
        mix: `mix(old, new, decay, updates)` is the new average.
        start: Makes the second network.
        buffers: "copied"; "mixed": floating ones are averaged; "all mixed"; "old": those of the start; "own": those of
            the other network.
        hand_over: Whether the other network gets the very tensors of the average.
    """

    class WeightAverage:
        def __init__(self, model, decay=0.999):
            self.source, self.shadow, self.decay, self.updates = model, start(model), decay, 0

        def update(self):
            self.updates += 1
            with torch.no_grad():
                for old, new in zip(self.shadow.parameters(), self.source.parameters(), strict=True):
                    old.data = mix(old.data, new.data, self.decay, self.updates).clone()
                for old, new in zip(self.shadow.buffers(), self.source.buffers(), strict=True):
                    if buffers == "copied" or (buffers == "mixed" and not new.is_floating_point()):
                        old.data = new.clone()
                    elif buffers in ("mixed", "all mixed"):
                        old.data = (self.decay * old + (1 - self.decay) * new).to(new.dtype)

        def copy_to(self, model):
            for mine, theirs in zip(self.shadow.parameters(), model.parameters(), strict=True):
                theirs.data = mine.data if hand_over else mine.data.clone()
            if buffers != "own":
                for mine, theirs in zip(self.shadow.buffers(), model.buffers(), strict=True):
                    theirs.data = mine.data.clone()

    return (WeightAverage,)


class ByName:
    """A dictionary of tensors, written back by load_state_dict."""

    def __init__(self, model, decay=0.999):
        self.model, self.keep = model, decay
        self.state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        self.trained = {name for name, _ in model.named_parameters()}

    def update(self):
        for name, tensor in self.model.state_dict().items():
            weight = 1 - self.keep if name in self.trained else 1.0
            self.state[name] = torch.lerp(self.state[name].double(), tensor.double(), weight)

    def copy_to(self, model):
        model.load_state_dict(self.state)


class EverythingByName(ByName):
    def update(self):
        for name, tensor in self.model.state_dict().items():
            self.state[name] = self.keep * self.state[name] + (1 - self.keep) * tensor


class OtherDefault(ByName):
    def __init__(self, model, decay=0.99):
        super().__init__(model, decay)


class NewParameters(ByName):
    def copy_to(self, model):
        super().copy_to(model)
        for module in model.modules():
            for name, parameter in list(module.named_parameters(recurse=False)):
                setattr(module, name, torch.nn.Parameter(parameter.detach().clone()))


class Aliased(ByName):
    """The tensors of a state_dict are those of the network."""

    def __init__(self, model, decay=0.999):
        super().__init__(model, decay)
        self.state = dict(model.state_dict())

    def update(self):
        for name, tensor in self.model.state_dict().items():
            if name in self.trained:
                self.state[name].mul_(self.keep).add_((1 - self.keep) * tensor)


def zeros(model):
    made = copy.deepcopy(model)
    for parameter in made.parameters():
        parameter.data.zero_()
    return made


def usual(old, new, d, n):
    return d * old + (1 - d) * new


CORRECT = {"a second network": shadow(usual), "by name": (ByName,)}
MUTANTS = {
    "starts-at-zero": shadow(usual, start=zeros),
    "starts-at-zero (corrected)": shadow(
        lambda old, new, d, n: ((1 - d ** (n - 1)) * d * old + (1 - d) * new) / (1 - d**n), start=zeros
    ),
    "starts-at-the-first-update": shadow(lambda old, new, d, n: new if n == 1 else usual(old, new, d, n)),
    "decay-on-the-wrong-term": shadow(lambda old, new, d, n: torch.lerp(old, new, d)),
    "weights-add-up-to-more": shadow(lambda old, new, d, n: d * old + new),
    "not-faded": shadow(lambda old, new, d, n: old + new - d * new),
    "decay-twice": shadow(lambda old, new, d, n: d * (old + new)),
    "plain-mean": shadow(lambda old, new, d, n: (n * old + new) / (n + 1)),
    "no-average": shadow(lambda old, new, d, n: new),
    "parameters-not-cloned": (Aliased,),
    "statistics-averaged": shadow(usual, buffers="mixed"),
    "statistics-averaged+integer-averaged": shadow(usual, buffers="all mixed"),
    "statistics-averaged+integer-averaged (by name)": (EverythingByName,),
    "buffers-of-the-start": shadow(usual, buffers="old"),
    "buffers-not-written": shadow(usual, buffers="own"),
    "tensors-handed-over": shadow(usual, hand_over=True),
    "other-default": (OtherDefault,),
    "parameters-replaced": (NewParameters,),
    "starts-at-zero+statistics-averaged": shadow(usual, start=zeros, buffers="mixed"),
}
WRONG = {
    "a square": shadow(lambda old, new, d, n: d * old + (1 - d) * new**2 + 1),
    "NaN": shadow(lambda old, new, d, n: old * float("nan")),
    "the weights themselves": (lambda model, decay=0.999: list(model.parameters()),),
}
