package dev.archway.pipeline.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One node of a YAML document. Scalars stay text: what they mean is for the reader of the field to
 * say.
 */
public sealed interface YamlNode {
  /** Where the node begins. */
  Place place();

  /**
   * True for nothing at all: an empty or null scalar, an empty list, an empty mapping. Blank means
   * unset.
   */
  boolean blank();

  /** What people call this kind of node. */
  String kind();

  /**
   * A place in the document.
   *
   * @param line counted from 1; 0 for what stands nowhere in it
   * @param column counted from 1; 0 for what stands nowhere in it
   */
  record Place(int line, int column) {
    /** The place of what was given beside the document. */
    public static final Place NONE = new Place(0, 0);
  }

  /**
   * A single value.
   *
   * @param plain true when it was written without quotes and not as a block
   */
  record Scalar(String text, boolean plain, Place place) implements YamlNode {
    @Override
    public boolean blank() {
      return text.isBlank() || (plain && (text.equals("~") || text.equals("null")));
    }

    @Override
    public String kind() {
      return blank()
          ? "nothing"
          : "\"" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "\"";
    }
  }

  /** A list. */
  record Sequence(List<YamlNode> items, Place place) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public boolean blank() {
      return items.stream().allMatch(YamlNode::blank);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /**
   * A mapping with its keys in the order they were written.
   *
   * @param keys where each key stands
   */
  record Mapping(Map<String, YamlNode> entries, Map<String, Place> keys, Place place)
      implements YamlNode {
    public Mapping {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
      keys = Map.copyOf(keys);
    }

    @Override
    public boolean blank() {
      return entries.isEmpty();
    }

    @Override
    public String kind() {
      return "a mapping";
    }

    /** The value of a key; null when the key is absent. */
    public @Nullable YamlNode get(String key) {
      return entries.get(key);
    }

    /** The text of a scalar value; null when there is none. */
    public @Nullable String text(String key) {
      return get(key) instanceof Scalar scalar && !scalar.blank() ? scalar.text() : null;
    }
  }
}
