-- What the debug view says of the model: which calls an answer took, and what became of each sentence.
ALTER TABLE ai_call ADD COLUMN answer_id TEXT;                  -- NULL: not for an answer, or an older row
CREATE INDEX ai_call_answer ON ai_call (answer_id) WHERE answer_id IS NOT NULL;
ALTER TABLE answer ADD COLUMN checks TEXT NOT NULL DEFAULT '';  -- a line per sentence and try: verdict, text, reasons; parted by tabs
ALTER TABLE answer ADD COLUMN user_id TEXT NOT NULL DEFAULT ''; -- who asked
