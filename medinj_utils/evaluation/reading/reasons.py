"""Why letters were read in an answer, or why none were: every reason, once."""

# Read
AT_HEAD = "named at the head of a line"
ANNOUNCED = "announced as the answer"
CALLED_RIGHT = "called right"
SAID = "said in a sentence"

# Refused
NOTHING_NAMED = "no option is named as the answer"
NO_LETTER_LEFT = "no letter is left"
NO_SUCH_OPTION = "no option {letters}"
SEVERAL_LETTERS = "several letters where one is asked for"
CONTRADICTION = "answers that contradict each other"
LEFT_OPEN = "an answer left open or taken back"
LETTER_AGAINST_TEXT = "a letter and a text that disagree"
LETTER_IS_ANOTHER_TEXT = "the letter of one option and the text of another"
CUT = "an answer cut off before it is whole"
LITTLE_MASS = "the letters hold too little of the probability"
NO_PROBABILITIES = "probabilities that don't show which letter is the likeliest"
