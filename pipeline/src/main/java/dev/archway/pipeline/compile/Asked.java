package dev.archway.pipeline.compile;

import dev.archway.expression.Template;
import dev.archway.pipeline.dialect.Field;
import dev.archway.pipeline.dialect.Kind;
import dev.archway.pipeline.dialect.Shape;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of one mapping. A reader that asks for what the shape does not have is a defect
 * of the reader or of the shape, and no finding.
 */
final class Asked {
  /** Of a mapping about which nothing is known. */
  private static final Shape.Keys UNKNOWN = Shape.anything("?", "");

  private final Shape shape;
  private final YamlNode.Mapping node;

  /** The alternative of the shape that the mapping is. */
  private final Shape.Keys keys;

  Asked(Shape shape, YamlNode.Mapping node) {
    this.shape = shape;
    this.node = node;
    this.keys = shape.chosen(this::filled);
  }

  boolean filled(String key) {
    YamlNode value = node.get(key);
    return value != null && !value.blank();
  }

  /** What the shape says of a key; null where it says nothing of any. */
  @Nullable Field field(String key) {
    Field field = shape.field(key);
    if (field == null && !keys.open()) {
      throw new IllegalStateException(
          "a reader asks for \"%s\", which %s does not have (expected: one of %s); add it to the shape in dev.archway.pipeline.dialect"
              .formatted(key, shape.name(), shape.keys()));
    }
    return field;
  }

  void expect(String key, Set<Class<? extends Kind>> kinds) {
    Field field = field(key);
    if (field != null
        && (field.use() != Field.Use.READ || !kinds.contains(field.kind().getClass()))) {
      throw new IllegalStateException(
          "a reader asks for \"%s\" of %s as another kind than the shape has (expected: %s, %s)"
              .formatted(key, shape.name(), field.use(), field.kind().getClass().getSimpleName()));
    }
  }

  void expectRequired(String key) {
    Field field = field(key);
    if (field != null
        && !field.required()
        && !(field.kind() instanceof Kind.ByType types && typed(types).demanding())) {
      throw new IllegalStateException(
          "a reader demands \"%s\" of %s, whose shape does not (expected: needed)"
              .formatted(key, shape.name()));
    }
  }

  /** The shape of what stands at a key, or of the members of the list that does. */
  Shape below(String key) {
    Field field = field(key);
    return switch (field == null ? null : field.kind()) {
      case Kind.Nested nested -> nested.shape().get();
      case Kind.TextsOr texts -> texts.shape().get();
      case Kind.Members members -> members.shape().get();
      case Kind.ByType types -> typed(types);
      case null, default -> UNKNOWN;
    };
  }

  /** As the type beside it says; one that there is not has been told by its reader. */
  private Shape.Keys typed(Kind.ByType types) {
    String type = node.text("type");
    Shape.Keys known = type == null ? null : types.shapes().get(Template.plain(type).orElse(type));
    return known == null ? UNKNOWN : known;
  }

  /** The key in the alternative that the mapping is; null when it has none. */
  @Nullable Field chosen(String key) {
    return keys.field(key);
  }

  /** True for what nobody reads, but for what another alternative has and is blank here. */
  boolean unknown(String key) {
    return !keys.open() && keys.field(key) == null && (filled(key) || shape.field(key) == null);
  }

  /** What may have been meant by a key. */
  Set<String> others(String key) {
    Set<String> others = shape.keys();
    others.remove(key);
    return others;
  }
}
