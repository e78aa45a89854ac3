package dev.archway.pipeline.dialect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which keys a mapping has. */
public sealed interface Shape {
  /** The name of its definition in the schema; one shape has it. */
  String name();

  /** The keys of a mapping, of which those that are {@code filled} are not blank. */
  Keys chosen(Predicate<String> filled);

  /** Every key that can stand in such a mapping. */
  Set<String> keys();

  /** The field, whichever alternative has it; null when there is none. */
  @Nullable Field field(String key);

  /** The shape of whatever its author likes. */
  static Keys anything(String name, String about) {
    return new Keys(name, about, List.of(), true, null, List.of());
  }

  /** A shape without keys, to be continued. */
  static Keys of(String name, String about) {
    return new Keys(name, about, List.of(), false, null, List.of());
  }

  /**
   * A mapping with these keys.
   *
   * @param about one line for whoever writes it
   * @param open true when nobody tells of other keys
   * @param unless a key in whose presence no other is required; null for none
   * @param one keys of which exactly one stands there; empty for none
   */
  record Keys(
      String name,
      String about,
      List<Field> fields,
      boolean open,
      @Nullable String unless,
      List<String> one)
      implements Shape {
    public Keys {
      Map<String, Field> once = new LinkedHashMap<>();
      for (Field field : fields) {
        if (once.put(field.key(), field) != null) {
          throw new IllegalArgumentException(
              "%s has \"%s\" twice (expected: once)".formatted(name, field.key()));
        }
      }
      fields = List.copyOf(fields);
      one = List.copyOf(one);
    }

    @Override
    public Keys chosen(Predicate<String> filled) {
      return this;
    }

    @Override
    public Set<String> keys() {
      Set<String> keys = new TreeSet<>();
      fields.forEach(field -> keys.add(field.key()));
      return keys;
    }

    @Override
    public @Nullable Field field(String key) {
      return fields.stream().filter(field -> field.key().equals(key)).findAny().orElse(null);
    }

    /** True when nothing can be made of it without one of its keys. */
    public boolean demanding() {
      return fields.stream().anyMatch(Field::required) || !one.isEmpty();
    }

    /** The same and more keys. */
    public Keys with(Field... more) {
      return with(List.of(more));
    }

    /** The same and the keys of another. */
    public Keys with(Keys other) {
      return with(other.fields());
    }

    private Keys with(List<Field> more) {
      return new Keys(
          name, about, Stream.concat(fields.stream(), more.stream()).toList(), open, unless, one);
    }

    /** Takes keys that say nothing about the run. */
    public Keys ignores(String why, String... keys) {
      return with(
          Stream.of(keys)
              .map(key -> new Field(key, why, new Kind.Anything(), false, Field.Use.IGNORED, null))
              .toList());
    }

    /** Knows keys that Harness honours and Archway does not. */
    public Keys refuses(String... keys) {
      return with(refused(null, Field.Use.REFUSED, keys));
    }

    /** The same, where the reader says why. */
    public Keys refusesByReader(String... keys) {
      return with(refused(null, Field.Use.REFUSED_BY_READER, keys));
    }

    /** The same, but for the value that says what Archway does anyway. */
    public Keys refusesUnless(String harmless, String... keys) {
      return with(refused(harmless, Field.Use.REFUSED, keys));
    }

    private static List<Field> refused(@Nullable String harmless, Field.Use use, String... keys) {
      List<Field> fields = new ArrayList<>();
      for (String key : keys) {
        fields.add(
            new Field(
                key,
                "Not supported: Harness honours it, Archway does not, and leaving it out would change the result. Instead: %s."
                    .formatted(Refused.instead(key)),
                new Kind.Anything(),
                false,
                use,
                harmless));
      }
      return fields;
    }

    /** The same, but for other keys, which nobody tells of. */
    public Keys opened() {
      return new Keys(name, about, fields, true, unless, one);
    }

    /** The same, with nothing required beside {@code key}. */
    public Keys unless(String key) {
      return new Keys(name, about, fields, open, key, one);
    }

    /** The same, with exactly one of some keys. */
    public Keys oneOf(String... keys) {
      return new Keys(name, about, fields, open, unless, List.of(keys));
    }

    /** The same under another name, with nothing required: the rest stands elsewhere. */
    public Keys partly(String newName, String newAbout) {
      return new Keys(
          newName, newAbout, fields.stream().map(Field::optional).toList(), open, null, List.of());
    }
  }

  /**
   * One of several, told by which one's first key is there; the last where none is.
   *
   * @param alternatives each begins with the key that tells it
   */
  record Either(String name, List<Keys> alternatives) implements Shape {
    public Either {
      alternatives = List.copyOf(alternatives);
    }

    @Override
    public Keys chosen(Predicate<String> filled) {
      return alternatives.stream()
          .filter(keys -> filled.test(keys.fields().getFirst().key()))
          .findFirst()
          .orElse(alternatives.getLast());
    }

    @Override
    public Set<String> keys() {
      Set<String> keys = new TreeSet<>();
      alternatives.forEach(alternative -> keys.addAll(alternative.keys()));
      return keys;
    }

    @Override
    public @Nullable Field field(String key) {
      for (Keys alternative : alternatives) {
        Field field = alternative.field(key);
        if (field != null) {
          return field;
        }
      }
      return null;
    }
  }
}
