package dev.archway.connector;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SecretRef;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One mapping of a connector's file, with its path. Blank means unset. */
record Section(YamlNode.Mapping node, String path, Scope scope, Findings findings) {
  @Nullable String text(String key) {
    YamlNode value = node.get(key);
    if (value == null || value.blank() || value instanceof YamlNode.Scalar) {
      String text = node.text(key);
      return text == null ? null : text.strip();
    }
    error(key, ProblemCode.WRONG_KIND, value.kind() + " (expected: a single value)");
    return null;
  }

  @Nullable String required(String key) {
    String text = text(key);
    YamlNode value = node.get(key);
    if (text == null && (value == null || value.blank())) {
      missing(key);
    }
    return text;
  }

  /** The secret that a required field names, as named from where the connector lies. */
  @Nullable SecretRef secret(String key) {
    String written = required(key);
    return written == null ? null : secretNamed(key, written);
  }

  /** The same of a field that may be left out. */
  @Nullable SecretRef optionalSecret(String key) {
    String written = text(key);
    return written == null ? null : secretNamed(key, written);
  }

  private @Nullable SecretRef secretNamed(String key, String written) {
    try {
      return SecretRef.within(scope, written);
    } catch (IllegalArgumentException e) {
      error(key, ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
      return null;
    }
  }

  void missing(String key) {
    error(
        key,
        ProblemCode.MISSING_FIELD,
        "\"%s\" is %s (expected: a value)"
            .formatted(key, node.get(key) == null ? "missing" : "blank"));
  }

  boolean has(String key) {
    YamlNode value = node.get(key);
    return value != null && !value.blank();
  }

  /** The mapping below a key; an empty one when there is none. */
  Section section(String key) {
    YamlNode value = node.get(key);
    if (value instanceof YamlNode.Mapping mapping) {
      return new Section(mapping, path + "." + key, scope, findings);
    }
    if (value != null && !value.blank()) {
      error(key, ProblemCode.WRONG_KIND, value.kind() + " (expected: a mapping)");
    }
    YamlNode.Place place = value == null ? node.place() : value.place();
    return new Section(
        new YamlNode.Mapping(Map.of(), Map.of(), place), path + "." + key, scope, findings);
  }

  /** The texts of a list; none when there is no list. */
  List<String> names(String key, String what) {
    List<String> names = new ArrayList<>();
    if (node.get(key) instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Scalar name && !name.blank()) {
          names.add(name.text().strip());
        }
      }
    } else if (has(key)) {
      error(key, ProblemCode.WRONG_KIND, "not a list (expected: a list of %s)".formatted(what));
    }
    return names;
  }

  void warnOfOthers(Set<String> known) {
    for (String key : node.entries().keySet()) {
      if (!known.contains(key)) {
        findings.warning(
            node.keys().getOrDefault(key, node.place()),
            path + "." + key,
            ProblemCode.UNKNOWN_KEY,
            "unknown key \"%s\" is not read (expected: one of %s)".formatted(key, known));
      }
    }
  }

  void error(String key, ProblemCode code, String message) {
    YamlNode value = node.get(key);
    findings.error(value == null ? node.place() : value.place(), path + "." + key, code, message);
  }
}
