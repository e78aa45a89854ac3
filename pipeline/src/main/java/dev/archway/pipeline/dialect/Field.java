package dev.archway.pipeline.dialect;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A key of a mapping.
 *
 * @param about one line for whoever writes it
 * @param required true when the mapping is nothing without it
 * @param harmless the one value of a refused key that says what Archway does anyway
 */
public record Field(
    String key, String about, Kind kind, boolean required, Use use, @Nullable String harmless) {
  /** What becomes of a key. */
  public enum Use {
    /** A reader reads it. */
    READ,
    /** Resolved before the readers see the pipeline; what is left of it is refused. */
    RESOLVED,
    /** Says nothing about the run, so that anything may stand there. */
    IGNORED,
    /** Harness honours it and Archway does not: a finding where there is anything in it. */
    REFUSED,
    /** The same, told by its reader in words of its own. */
    REFUSED_BY_READER
  }

  private static Field read(String key, String about, Kind kind) {
    return new Field(key, about, kind, false, Use.READ, null);
  }

  /** A single value. */
  public static Field text(String key, String about) {
    return read(key, about, new Kind.Text(null));
  }

  /** A single value of some form. */
  public static Field text(String key, Form form, String about) {
    return read(key, about, new Kind.Text(form));
  }

  /** One of some words. */
  public static Field word(String key, String about, List<String> words) {
    return read(key, about, new Kind.Word(words, false));
  }

  /** One of some words, whatever their capitals. */
  public static Field wordOfAnyCase(String key, String about, List<String> words) {
    return read(key, about, new Kind.Word(words, true));
  }

  /** True or false. */
  public static Field flag(String key, String about) {
    return read(key, about, new Kind.Flag());
  }

  /** A whole number, 0 or more. */
  public static Field count(String key, String about) {
    return count(key, 0, Long.MAX_VALUE, about);
  }

  /** A whole number between two others. */
  public static Field count(String key, long least, long most, String about) {
    return read(key, about, new Kind.Count(least, most));
  }

  /** A list of single values, or one alone. */
  public static Field texts(String key, String about) {
    return read(key, about, new Kind.Texts(new Kind.Text(null), true));
  }

  /** A list of words, or one alone. */
  public static Field words(String key, String about, List<String> words) {
    return read(key, about, new Kind.Texts(new Kind.Word(words, false), true));
  }

  /** Single values by names of the author's choice. */
  public static Field map(String key, String about) {
    return read(key, about, new Kind.TextMap());
  }

  /** A mapping. */
  public static Field object(String key, String about, Supplier<? extends Shape> shape) {
    return read(key, about, new Kind.Nested(shape));
  }

  /** A mapping whose shape the key {@code type} beside it tells. */
  public static Field byType(String key, String about, Map<String, Shape.Keys> shapes) {
    return read(key, about, new Kind.ByType(shapes));
  }

  /** A list of mappings. */
  public static Field list(String key, String about, Supplier<? extends Shape> shape) {
    return read(key, about, new Kind.Members(shape, null));
  }

  /** Whatever its author likes. */
  public static Field anything(String key, String about) {
    return read(key, about, new Kind.Anything());
  }

  /** The same with another kind. */
  public Field of(Kind other) {
    return new Field(key, about, other, required, use, harmless);
  }

  /** The same, needed. */
  public Field needed() {
    return new Field(key, about, kind, true, use, harmless);
  }

  /** The same, not needed. */
  public Field optional() {
    return new Field(key, about, kind, false, use, harmless);
  }

  /** The same, resolved before the readers see it. */
  public Field resolved() {
    return new Field(key, about, kind, required, Use.RESOLVED, harmless);
  }
}
