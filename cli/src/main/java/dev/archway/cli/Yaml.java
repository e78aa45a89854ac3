package dev.archway.cli;

import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** YAML 1.2, so that {@code no} is a word and not a boolean. */
final class Yaml {
  private Yaml() {}

  /**
   * Reads one document that is a mapping.
   *
   * @param name of the file, for messages
   */
  static Map<String, Object> mapping(String name, String text) {
    Object value;
    try {
      value = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new CommandException(
          ExitCode.REFUSED, "cannot read %s: %s (expected: YAML)".formatted(name, e.getMessage()));
    }
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map
        && map.keySet().stream().allMatch(String.class::isInstance)) {
      @SuppressWarnings("unchecked") // Every key was just looked at.
      Map<String, Object> mapping = (Map<String, Object>) map;
      return mapping;
    }
    throw new CommandException(
        ExitCode.REFUSED,
        "cannot read %s: no mapping (expected: keys and values, such as namespace: default)"
            .formatted(name));
  }

  /** Writes a value of maps, lists and scalars. */
  static String text(Object value) {
    return new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
        .dumpToString(value)
        .stripTrailing();
  }
}
