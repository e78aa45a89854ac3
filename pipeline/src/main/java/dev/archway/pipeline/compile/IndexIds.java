package dev.archway.pipeline.compile;

import dev.archway.pipeline.yaml.YamlNode;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Numbers the indexes of a plan, past the identifiers that its stages have. */
final class IndexIds {
  private final Set<String> taken;
  private int last;

  private IndexIds(Set<String> taken) {
    this.taken = taken;
  }

  /** Ids that none of these stages has as its identifier. */
  static IndexIds beside(@Nullable YamlNode stages) {
    Set<String> taken = new HashSet<>();
    collect(stages, taken);
    return new IndexIds(taken);
  }

  String next() {
    String id;
    do {
      id = "index_" + ++last;
    } while (taken.contains(id));
    return id;
  }

  private static void collect(@Nullable YamlNode stages, Set<String> taken) {
    if (stages instanceof YamlNode.Sequence sequence) {
      for (YamlNode item : sequence.items()) {
        if (item instanceof YamlNode.Mapping position) {
          collect(position.get("parallel"), taken);
          if (position.get("stage") instanceof YamlNode.Mapping stage) {
            String id = stage.text("identifier");
            if (id != null) {
              taken.add(id);
            }
          }
        }
      }
    }
  }
}
