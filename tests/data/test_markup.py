"""HTML in texts becomes what a browser shows of it, and numbers stay what they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinj_utils.data.markup import without_markup
from medinj_utils.data.text import clean


@pytest.mark.parametrize("text, shown", [
    ("10<sup>9</sup>/L", "10⁹/L"), ("5,2.10<sup>6</sup>", "5,2.10⁶"), ("10<sup>–3</sup>", "10⁻³"),
    ("10<SUP> 9</SUP>/L", "10⁹/L"),
    ("10<sup><b>9</b></sup>", "10⁹"), ("10<sup>-1,5</sup> M", "10^(-1,5) M"),
    ("10<sup>10<sup>2</sup></sup>", "10^(10²)"),
    ("2<sup>n</sup>, x<sup>n+1</sup>", "2ⁿ, xⁿ⁺¹"), ("e<sup>x</sup>", "e^x"),
    ("10<sup>²</sup>", "10²"), ("cm<sup>2</sup>", "cm²"),
    ("Ca<sup>2+</sup>, PO<sub>4</sub><sup>3-</sup>", "Ca²⁺, PO₄³⁻"),
    ("<sup>131</sup>I, <sup>99m</sup>Tc", "¹³¹I, ^(99m)Tc"),
    ("log<sub>10</sub>2", "log₁₀2"), ("C<sub>max</sub>", "C_max"), ("C<sub>max</sub>2", "C_(max)2"),
    ("^9<b>5</b>", "^95"), ("T<sub>1/2</sub>", "T_(1/2)"),
    ("10<span style='vertical-align: super'>9</span> <span>L</span>", "10⁹ L"),
    ("CO<font style='vertical-align:sub'>2</font>", "CO₂"),
    ("10<sup>9/L et le reste", "10^9/L et le reste"),
    ("10<sup>9/L et 10<sup>6</sup>", "10^9/L et 10⁶"), ("10<sup></sup>9", "109"),
    ("1<sup>er</sup>, 2<sup>e</sup>, V<sup>e</sup>, dix<sup>ième</sup>", "1er, 2e, Ve, dixième"),
    ("M<sup>me</sup>", "Mme"),
    ("37<sup>o</sup>C, n<sup>o</sup> 5", "37°C, n° 5"),
    ("p<sup>*</sup>, X<sup>®</sup>, note<sup>[1]</sup>", "p*, X®, note[1]")])
def test_raised_and_lowered_text_stays_apart(text, shown):
    assert without_markup(text) == shown


@pytest.mark.parametrize("text, shown", [
    ("<p>Un<p>deux", "Un\ndeux"), ("<p>Un</p>\n\n<p>deux</p>", "Un\ndeux"),
    ("Un</p>deux", "Un\ndeux"), ("Dose 5<hr>10", "Dose 5\n10"),
    ("5<div>10</div>15", "5\n10\n15"), ("<ul>\n<li>5\n<li>10\n</ul>", "5\n10"),
    ("5<li>10", "5\n10"), ("<h1>5</h1>10", "5\n10"),
    ("<dl><dt>Foie<dd>Bile</dl>", "Foie\nBile"), ("<option selected>1</option><option>2", "1\n2"),
    ("<center>5</center>6", "5\n6"),
    ("a<br>b<BR/>c<br />d</br>e", "a\nb\nc\nd\ne"), ("a<br><br>b<br>\nc", "a\n\nb\nc"),
    ("a<br></p><p>b", "a\nb"),
    ("<td>4</td><td>5</td>", "4 | 5"), ("4</td>5", "4 | 5"), ("4<td>5", "4 | 5"),
    ("5<tr>6<tr>7", "5\n6\n7"),
    ("<table>\n <tr>\n  <th></th> <th>M0</th>\n </tr>\n "
     "<tr><td>Hb</td><td></td><td>12,5</td></tr></table>fin", "| M0\nHb |  | 12,5\nfin"),
    ("<tr><td><p>4</p></td><td colspan=2 nowrap><p>5</p></td></tr>", "4 | 5"),
    ("<tr><td>a<table><tr><td>1</td><td>2</td></tr></table></td><td>b</td></tr>", "a\n1 | 2 | b")])
def test_blocks_are_lines_and_cells_are_parted(text, shown):
    assert without_markup(text) == shown


@pytest.mark.parametrize("text, shown", [
    ("le <b>foie</b><i> gras</i>, 1<wbr>000", "le foie gras, 1000"),
    ('<a href="x" title="a>b">lien</a>', "lien"),
    ("<font face=Times New Roman size=2>x</font>", "x"), ("<!-- a <b> -->x<!---->", "x"),
    ("x<script>if (1<2) a()</script>y", "xy"),
    ("x<style>p {color: red}</style>y", "xy"),
    ("<img src='f.png' alt='10²'> <img src=g.png>", "10² "),
    ('<?xml version="1.0"?><!DOCTYPE html><html><body>x</body></html>', "x"),
    ("<![CDATA[5 < 6]]>", "5 < 6"),
    ("<o:p></o:p><![if !supportLists]>a<![endif]>", "a"), ("<b>gras", "gras"), ("gras</b>", "gras"),
    ("x<b>y</b>", "xy"),
    ("<p>Na &lt; K", "Na &lt; K")])
def test_other_tags_leave_their_text(text, shown):
    assert without_markup(text) == shown


@pytest.mark.parametrize("text", [
    "PaO2 < 60 mmHg et > 40", "p<0,05", "<5 ans", "p <0,05 ; n> 3", "si a <b et c> d",
    "si a<b et b>c", "si a<b>c", "x<i", "x<y>z",
    "5 < 6 <b7>", "<patient>", "<3", "a <- b -> c", "a <= b => c", "<<5>>", "a <!-- sans fin",
    "a<script>sans fin", "<!>", "</5>", "</ p>",
    '<p class="x>y', "TA <140/90>", "R&D &lt;", "a<b c=1"])
def test_what_only_looks_like_a_tag_stays(text):
    assert without_markup(text) == text


_TAGS = st.sampled_from(["<p>", "</p>", "<div>", "<hr>", "<br>", "<li>", "</li>", "<td>", "</td>",
                         "<tr>", "</tr>", "<table>", "</ul>",
                         " <b>", "</b> ", "<td></td>", "</h2>", "<td><p>", "</p></td>\n<td>",
                         "<br/>\n"])
_NUMBERS = st.integers(0, 999).map(str)


@given(st.lists(st.tuples(_NUMBERS, _TAGS, st.booleans()), min_size=1))
def test_numbers_are_never_joined_or_lost(parts):
    text = "".join(
        f"{number}<sup>{number}</sup>{tag}" if raised else number + tag
        for number, tag, raised in parts
    )
    expected = [
        piece for number, _, raised in parts for piece in ([number, number] if raised else [number])
    ]
    result = [
        number.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
        for number in re.findall("[0-9]+|[⁰¹²³⁴-⁹]+", clean(text))
    ]
    assert result == expected


@pytest.mark.parametrize("html, text", [
    ("5<img src=x.png>10", "5 10"), ('5<input type="text">10', "5 10"), ("<del>5</del>6", "5 6"),
    ("<s>5</s>6", "5 6"), ("5<!-- 6 -->7", "5 7"),
    ("<ruby>5<rt>6</rt></ruby>", "5 6"), ("10</sup>9", "10 9"), ("5<script>1</script>6", "5 6"),
    ('<img alt="3">5', "3 5"), ("<label>5</label>6", "5 6"),
    ("5<img> mg", "5 mg"), ("a<img>5", "a5"), ("a<!-- -->b", "ab"), ("<b>1</b>0", "10"),
    ("5<wbr>6", "56"), ("<span>1</span><span>0</span>", "10"),
    ('10<span style="position:relative;top:-0.5em">9</span>', "10⁹"),
    ('CO<span style="top: 3px; position: relative">2</span>', "CO₂"),
    ('10<span style="vertical-align: 30%">9</span>', "10⁹"),
    ('1<span style="vertical-align:0">9</span>', "19"),
    ('1<span style="margin-top:-3px">9</span>', "19")])
def test_digits_that_are_shown_apart_stay_apart(html, text):
    assert without_markup(html) == text


@pytest.mark.parametrize("html, text", [
    ("10<sup data-x>9</sup>", "10⁹"), ("10<sup x>9</sup>", "10⁹"),
    ('10<sup hidden y z="1">9</sup>', "10⁹"), ("<td nowrap align>4</td><td>5</td>", "4 | 5"),
    ("<p class>oui</p>", "oui"), ("a <b et c> d", "a <b et c> d"),
    ("a <b et c> d</b>", "a <b et c> d"), ("a <b> c", "a <b> c"), ("x <i> y", "x <i> y"),
    ("a <b> c </b> d", "a  c  d"), ("si time <code et data> x", "si time <code et data> x")])
def test_a_tag_has_beginning_and_end_or_none(html, text):
    assert without_markup(html) == text


@pytest.mark.parametrize("markup, text", [
    ("<w:p>5</w:p><w:p>10</w:p>", "5\n10"),
    ("<w:tr><w:tc><w:p>4</w:p></w:tc><w:tc><w:p>5</w:p></w:tc></w:tr>", "4 | 5"),
    ("5<w:br/>10", "5\n10"), ("Foie<w:tab/>Bile", "Foie\nBile"), ("5<w:sym w:char='F0'/>6", "5 6"),
    ("5<o:p></o:p>10", "5 10"),
    ("5<v:rect>6</v:rect>7", "5 6 7"), ("5<st1:place/>6", "5 6"),
    ("<m:f><m:num>1</m:num><m:den>2</m:den></m:f>", "1 2"),
    ("5<?xml version='1.0'?>6", "5 6"), ("5<!doctype html>6", "5 6"),
    ("5<![if !vml]>6<![endif]>7", "5 6 7"),
    ("5<![CDATA[6]]>7", "5 6 7"), ("<![CDATA[5]]><![CDATA[10]]>", "5 10"),
    ("5<![CDATA[]]>6", "5 6"),
    ("<W:R><w:t>10</w:t></w:r><w:r><w:rPr><w:vertAlign "
     "w:val='superscript'/></w:rPr><w:t>9</w:t></w:r>", "10 9"),
    ("<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>9</m:t></m:r></m:sup></m:sSup>",
     "10⁹"),
    ("<w:r><w:t>1</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>0</w:t></w:r>", "10"),
    ("Le foie<o:p></o:p> gras", "Le foie gras"),
    ("<m:e>5</m:e><m:sup/>6", "5 6"), ("Un<w:p/>deux", "Un\ndeux")])
def test_what_other_programs_write_parts_numbers_as_it_shows_them(markup, text):
    assert without_markup(markup) == text
