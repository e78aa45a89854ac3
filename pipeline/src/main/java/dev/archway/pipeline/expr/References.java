package dev.archway.pipeline.expr;

import dev.archway.expression.ExpressionException;
import dev.archway.expression.Template;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Writes the expressions of a tree anew, for names that mean the same under another one. Pure. */
final class References {
  private References() {}

  /**
   * The same tree with other expressions; what is not changed stays the same object.
   *
   * @param rewrite gives an expression, without its outer brackets, for another
   */
  static YamlNode rewritten(YamlNode node, UnaryOperator<String> rewrite) {
    return switch (node) {
      case YamlNode.Scalar scalar -> scalar(scalar, rewrite);
      case YamlNode.Sequence sequence -> {
        List<YamlNode> items = new ArrayList<>();
        sequence.items().forEach(item -> items.add(rewritten(item, rewrite)));
        yield new YamlNode.Sequence(items, sequence.place());
      }
      case YamlNode.Mapping mapping -> mapping(mapping, rewrite);
    };
  }

  static YamlNode.Mapping mapping(YamlNode.Mapping mapping, UnaryOperator<String> rewrite) {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    mapping.entries().forEach((key, value) -> entries.put(key, rewritten(value, rewrite)));
    return new YamlNode.Mapping(entries, mapping.keys(), mapping.place());
  }

  /** The same of one text; one that is no template is told of where it is read. */
  static YamlNode.Scalar scalar(YamlNode.Scalar scalar, UnaryOperator<String> rewrite) {
    if (!Template.hasExpression(scalar.text())) {
      return scalar;
    }
    StringBuilder text = new StringBuilder();
    boolean changed = false;
    try {
      for (Template.Part part : Template.parse(scalar.text()).parts()) {
        switch (part) {
          case Template.Part.Text(String literal) -> text.append(literal);
          case Template.Part.Value(var code) -> {
            String other = rewrite.apply(code.written());
            changed |= !other.equals(code.written());
            text.append("<+").append(other).append('>');
          }
        }
      }
    } catch (ExpressionException e) {
      return scalar;
    }
    return changed ? new YamlNode.Scalar(text.toString(), scalar.plain(), scalar.place()) : scalar;
  }
}
