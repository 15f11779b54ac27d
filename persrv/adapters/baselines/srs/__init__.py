"""SRS, the sticker response selector of Gao et al. (2020), "Learning to Respond with Stickers", as a baseline.

Built after the paper's description, with one turn of dialogue: the query. What differs, and why:

- The sticker encoder has the blocks of Inception, but is small and trained from scratch: the authors start from
  Inception-v3's published weights, 24 million parameters, and have 25 times as many examples.
- The authors also train the sticker encoder to tell the emoji of a sticker. The log has no emoji, so this is left out.
- Words are single characters for Chinese, so that few queries have an unknown one; the authors cut words.
- Negatives are the stickers chosen for other queries in the batch and others drawn from the catalogue. The authors draw
  nine out of the true sticker's own set, and rank ten candidates; here all of a catalogue is ranked.
- So that all of it can be ranked, each picture is encoded once, and a dot product, trained beside the matching, selects
  the candidates that are looked at closely.
- Weighted words and patches are summed where the authors' code takes their mean, which a long query makes small.

The modules carry the names of the paper's parts (its section 4). Equations are written out, without its numbers.
"""
