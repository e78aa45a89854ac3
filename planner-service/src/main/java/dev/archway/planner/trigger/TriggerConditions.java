package dev.archway.planner.trigger;

import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import dev.archway.pipeline.RunEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides whether an event is one that a trigger waits for. Pure. */
final class TriggerConditions {
  /** What conditions name without an expression. */
  static final Set<String> FIELDS = Set.of("sourceBranch", "targetBranch", "changedFiles");

  private TriggerConditions() {}

  /** Why the event starts nothing; empty when it does. */
  static Optional<String> whyNot(Trigger trigger, GitEvent event, RunEvent values) {
    if (!trigger.enabled()) {
      return Optional.of("the trigger is switched off (enabled: false)");
    }
    if (!(trigger.source() instanceof Trigger.Source.Webhook webhook)) {
      return Optional.of("the trigger is a schedule now, and takes no webhooks");
    }
    if (webhook.provider() != event.provider()) {
      return Optional.of(
          "the call is %s's, the trigger waits for %s"
              .formatted(event.provider(), webhook.provider()));
    }
    if (!webhook.kinds().isEmpty() && !webhook.kinds().contains(event.kind())) {
      return Optional.of("event \"%s\" is not %s".formatted(event.event(), webhook.event()));
    }
    if (!webhook.actions().isEmpty()
        && (event.action() == null || !webhook.actions().contains(event.action()))) {
      return Optional.of("action %s is none of %s".formatted(event.action(), webhook.actions()));
    }
    try {
      for (Condition condition : webhook.conditions()) {
        List<String> found = values(condition.key(), event, values);
        if (found != null && !condition.holds(found)) {
          return Optional.of(
              "condition %s does not hold: it is %s".formatted(condition, brief(found)));
        }
      }
      String jexl = webhook.jexl();
      if (jexl != null
          && !(Template.condition(jexl).in(scope(values)) instanceof Scope.Found.Known(var value)
              && Code.truth(value))) {
        return Optional.of("jexlCondition does not hold: " + jexl);
      }
    } catch (ExpressionException e) {
      return Optional.of("a condition cannot be evaluated: " + e.getMessage());
    }
    return Optional.empty();
  }

  /** True when only the repository can tell what a condition asks for. */
  static boolean asksTheRepository(Trigger.Source.Webhook webhook, GitEvent event) {
    return event.pullRequest() != null
        && event.changedFiles() == null
        && webhook.conditions().stream()
            .anyMatch(condition -> condition.key().equals("changedFiles"));
  }

  /** What a condition looks at; null when the event does not tell, which keeps nothing from it. */
  private static @Nullable List<String> values(String key, GitEvent event, RunEvent values)
      throws ExpressionException {
    return switch (key) {
      case "changedFiles" -> {
        var changes = event.changedFiles();
        yield changes != null ? changes.paths() : event.kind() == Kind.TAG ? List.of() : null;
      }
      case "sourceBranch", "targetBranch" -> {
        Object branch = values.find(List.of("trigger", key));
        yield branch == null ? List.of() : List.of(branch.toString());
      }
      default -> {
        String text = Template.parse(key).fill(scope(values));
        yield List.of(text);
      }
    };
  }

  /** An event's own names, and nothing else. */
  static Scope scope(RunEvent values) {
    return path ->
        switch (path.getFirst()) {
          case "trigger", "eventPayload" -> new Scope.Found.Known(values.find(path));
          default ->
              new Scope.Found.Never(
                  "<+%s> is nothing of an event (expected: trigger.… or eventPayload.…)"
                      .formatted(String.join(".", path)));
        };
  }

  private static String brief(List<String> values) {
    String text = String.join(", ", values);
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }
}
