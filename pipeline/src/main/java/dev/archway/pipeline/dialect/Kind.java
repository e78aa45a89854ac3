package dev.archway.pipeline.dialect;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What may stand at a key. Numbers and booleans may be quoted, an expression may stand in place of
 * every single value, and {@code <+input>} in place of anything.
 */
public sealed interface Kind {
  /**
   * A single value.
   *
   * @param form how it is written; null for any text
   */
  record Text(@Nullable Form form) implements Kind {}

  /**
   * One of a few words.
   *
   * @param anyCase true when capitals make no difference
   */
  record Word(List<String> words, boolean anyCase) implements Kind {
    public Word {
      words = List.copyOf(words);
    }
  }

  /** {@code true} or {@code false}. */
  record Flag() implements Kind {}

  /** A whole number between two others, both included. */
  record Count(long least, long most) implements Kind {}

  /**
   * A list of single values.
   *
   * @param each a {@link Text} or a {@link Word}
   * @param orOne true when one value alone counts as a list of one
   */
  record Texts(Kind each, boolean orOne) implements Kind {}

  /** A list of single values, one alone, or a mapping. */
  record TextsOr(Supplier<? extends Shape> shape) implements Kind {}

  /** Names of the author's own choice, with a single value each. */
  record TextMap() implements Kind {}

  /** A mapping. */
  record Nested(Supplier<? extends Shape> shape) implements Kind {}

  /** A mapping whose shape is told by the key {@code type} beside it. */
  record ByType(Map<String, Shape.Keys> shapes) implements Kind {}

  /**
   * A list of mappings.
   *
   * @param orText the form of a single value that may stand for a mapping; null for none
   */
  record Members(Supplier<? extends Shape> shape, @Nullable Form orText) implements Kind {}

  /** Whatever its author likes. */
  record Anything() implements Kind {}
}
