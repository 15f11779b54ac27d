"""Style preference: which styles a person likes, learnt from what they chose (paper, sections 3.5 and 3.6.2)."""
