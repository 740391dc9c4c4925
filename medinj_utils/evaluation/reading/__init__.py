"""Read a set of letters in a model's raw answer to a multiple-choice question, or refuse to.

An answer is read in five steps, a module each:

1. `cleaning` removes thoughts, layout and noise: "**Réponse :** B" becomes "Réponse : B".
2. `verdicts` writes every verdict on a letter in one form: "A ✅" becomes "A : vrai".
3. `words` turns the text into a line of signs, one a word, by the classes of `vocabulary`:
   "Réponse : B, car le rein filtre" becomes "n:B,yaⒷ_".
4. `claims` finds lists of letters in it by the patterns of `items` and `grammar`: announced ones,
   those at heads of lines, and those that are called right or wrong. `tidying` comes before.
5. `decision` weighs the claims, and refuses where they contradict each other.

`choice` runs the steps. Before them, `tables` reads verdicts in Markdown, `caution` refuses
verdicts that are weighed, mixed or left out, and `conditions` finds letters that hold only on a
condition or in another case. Between cleaning and verdicts, `turns` cuts off a next question that
the model asks itself, and letters replace other names of options: `places` ("la troisième"),
`labels` (lines that begin with texts), `quantities`. `sentences` and `prose` find the option that
a sentence gives by its text. Every rule has a name, a reason, and examples that the tests
execute.
"""

from medinj_utils.evaluation.reading.choice import explain_choice, read_choice

__all__ = ["explain_choice", "read_choice"]
