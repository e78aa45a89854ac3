package dev.archway.pipeline.compile;

import dev.archway.contract.plan.Notification;
import dev.archway.contract.plan.Notification.Event;
import dev.archway.contract.plan.Notification.Method;
import dev.archway.contract.plan.Notification.On;
import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code notificationRules} (Harness page "Notify users of pipeline events"). A rule that
 * cannot be followed is a warning: who would have been told does not change the run.
 */
final class NotificationReader {
  private static final Map<String, Event> EVENTS =
      new TreeMap<>(
          Map.of(
              "AllEvents", Event.ALL,
              "PipelineStart", Event.PIPELINE_START,
              "PipelineSuccess", Event.PIPELINE_SUCCESS,
              "PipelineFailed", Event.PIPELINE_FAILED,
              "PipelineEnd", Event.PIPELINE_END,
              "StageStart", Event.STAGE_START,
              "StageSuccess", Event.STAGE_SUCCESS,
              "StageFailed", Event.STAGE_FAILED,
              "StepFailed", Event.STEP_FAILED));

  private final Findings findings;

  private NotificationReader(Findings findings) {
    this.findings = findings;
  }

  static List<Notification> read(@Nullable YamlNode rules, Findings findings) {
    List<Notification> notifications = new ArrayList<>();
    NotificationReader reader = new NotificationReader(findings);
    if (rules instanceof YamlNode.Sequence list) {
      for (int i = 0; i < list.items().size(); i++) {
        String path = "pipeline.notificationRules[" + i + "]";
        Notification read =
            list.items().get(i) instanceof YamlNode.Mapping rule ? reader.rule(rule, path) : null;
        if (read != null) {
          notifications.add(read);
        }
      }
    }
    return notifications;
  }

  private @Nullable Notification rule(YamlNode.Mapping rule, String path) {
    if ("false".equals(rule.text("enabled"))) {
      return null;
    }
    List<On> on = events(rule, path);
    Method method =
        rule.get("notificationMethod") instanceof YamlNode.Mapping mapping
            ? method(mapping, path + ".notificationMethod")
            : null;
    if (on.isEmpty() || method == null) {
      warn(
          rule,
          path,
          "the rule names no event or no method that is known here, and tells nobody (expected: pipelineEvents and notificationMethod)");
      return null;
    }
    String name = rule.text("name");
    return new Notification(name == null ? path : plain(name), on, method);
  }

  private List<On> events(YamlNode.Mapping rule, String path) {
    List<On> on = new ArrayList<>();
    if (rule.get("pipelineEvents") instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        String type = item instanceof YamlNode.Mapping event ? event.text("type") : null;
        Event known = type == null ? null : EVENTS.get(type.strip());
        if (known == null) {
          warn(
              item,
              path + ".pipelineEvents",
              "event \"%s\" never happens here (expected: one of %s)"
                  .formatted(type == null ? "" : type, EVENTS.keySet()));
        } else {
          List<String> stages = texts(((YamlNode.Mapping) item).get("forStages"));
          on.add(new On(known, stages.contains("AllStages") ? List.of() : stages));
        }
      }
    }
    return on;
  }

  private @Nullable Method method(YamlNode.Mapping method, String path) {
    String type = method.text("type");
    if (type == null || !(method.get("spec") instanceof YamlNode.Mapping spec)) {
      return null;
    }
    if (!texts(spec.get("userGroups")).isEmpty()) {
      warn(
          spec,
          path + ".spec.userGroups",
          "user groups are not kept here (expected: recipients or an address)");
    }
    String url = spec.text("webhookUrl");
    return switch (type.strip()) {
      case "Email" -> {
        List<String> recipients =
            texts(spec.get("recipients")).stream().filter(this::address).toList();
        yield recipients.isEmpty() ? null : new Method.Email(recipients);
      }
      case "Slack" -> url == null ? null : new Method.Slack(url.strip());
      case "MsTeams" -> {
        List<String> keys = texts(spec.get("msTeamKeys"));
        yield keys.isEmpty() ? null : new Method.MsTeams(keys.getFirst());
      }
      case "Webhook" ->
          url == null ? null : new Method.Webhook(url.strip(), headers(spec.get("headers")));
      default -> {
        warn(
            method,
            path + ".type",
            "\"%s\" is not told here (expected: Email, Slack, MsTeams or Webhook)".formatted(type));
        yield null;
      }
    };
  }

  /** Nothing that could begin another header. */
  private boolean address(String text) {
    return text.matches("[^\\s@<>,;\"]+@[^\\s@<>,;\"]+");
  }

  private static Map<String, String> headers(@Nullable YamlNode node) {
    Map<String, String> headers = new TreeMap<>();
    if (node instanceof YamlNode.Mapping mapping) {
      mapping
          .entries()
          .forEach((name, value) -> {
            if (value instanceof YamlNode.Scalar scalar) {
              headers.put(name, scalar.text().strip());
            }
          });
    }
    return headers;
  }

  private static List<String> texts(@Nullable YamlNode node) {
    List<String> texts = new ArrayList<>();
    if (node instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Scalar scalar && !scalar.blank()) {
          texts.add(scalar.text().strip());
        }
      }
    } else if (node instanceof YamlNode.Scalar scalar && !scalar.blank()) {
      texts.add(scalar.text().strip());
    }
    return texts;
  }

  private static String plain(String text) {
    return Template.plain(text).orElse(text);
  }

  private void warn(YamlNode node, String path, String message) {
    findings.warning(node.place(), path, ProblemCode.NOT_SUPPORTED, message);
  }
}
