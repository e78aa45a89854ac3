package dev.archway.planner.trigger;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.contract.failure.Problem;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Template;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.planner.pipelines.Heading;
import dev.archway.web.ProblemException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a {@code trigger:} document; everything that is wrong with it is a finding. */
final class TriggerReader {
  private static final Map<String, GitEvent.Provider> PROVIDERS =
      new TreeMap<>(
          Map.of(
              "Github", GitEvent.Provider.GITHUB,
              "Gitlab", GitEvent.Provider.GITLAB,
              "Gitea", GitEvent.Provider.GITEA,
              "Bitbucket", GitEvent.Provider.BITBUCKET,
              "Custom", GitEvent.Provider.GENERIC));

  private static final Map<String, Set<Kind>> EVENTS =
      new TreeMap<>(
          Map.of(
              "Push", EnumSet.of(Kind.PUSH, Kind.TAG),
              "Tag", EnumSet.of(Kind.TAG),
              "PullRequest", EnumSet.of(Kind.PULL_REQUEST),
              "MergeRequest", EnumSet.of(Kind.PULL_REQUEST),
              "IssueComment", EnumSet.of(Kind.COMMENT),
              "MRComment", EnumSet.of(Kind.COMMENT),
              "PRComment", EnumSet.of(Kind.COMMENT),
              "Delete", EnumSet.of(Kind.DELETION)));

  private static final Set<String> KEYS =
      Set.of(
          "identifier",
          "name",
          "orgIdentifier",
          "projectIdentifier",
          "description",
          "tags",
          "enabled",
          "pipelineIdentifier",
          "pipelineBranchName",
          "inputYaml",
          "inputSetRefs",
          "stagesToExecute",
          "encryptedWebhookSecretIdentifier",
          "source");

  private final Findings findings = new Findings();
  private final Heading heading;

  private TriggerReader(Heading heading) {
    this.heading = heading;
  }

  /** A trigger, and what is odd about it. */
  record Read(Trigger trigger, List<Problem> warnings) {}

  /**
   * Reads the trigger of this name.
   *
   * @throws ProblemException 422 with all findings
   */
  static Read read(String yaml, TriggerKey key) {
    Heading heading = Heading.read(yaml, "trigger", key.org(), key.project(), key.id());
    TriggerReader reader = new TriggerReader(heading);
    Trigger trigger = reader.trigger(key);
    List<Problem> problems = reader.findings.sorted();
    if (trigger == null || reader.findings.hasErrors()) {
      throw Heading.refused("trigger", problems);
    }
    return new Read(trigger, problems);
  }

  private @Nullable Trigger trigger(TriggerKey key) {
    YamlNode.Mapping body = heading.body();
    for (String found : body.entries().keySet()) {
      if (!KEYS.contains(found)) {
        findings.warning(
            body.keys().getOrDefault(found, body.place()),
            "trigger." + found,
            ProblemCode.UNKNOWN_KEY,
            "key \"%s\" is not read (expected: one of %s)".formatted(found, new TreeSet<>(KEYS)));
      }
    }
    String pipeline = required(body, "trigger", "pipelineIdentifier");
    Trigger.Source source = source(body);
    return pipeline == null || source == null
        ? null
        : new Trigger(
            key,
            heading.name(),
            !"false".equals(text(body, "enabled")),
            pipeline,
            text(body, "pipelineBranchName"),
            body.text("inputYaml"),
            texts(body, "inputSetRefs"),
            texts(body, "stagesToExecute"),
            source);
  }

  private Trigger.@Nullable Source source(YamlNode.Mapping body) {
    YamlNode.Mapping source = section(body, "trigger", "source");
    String type = source == null ? null : required(source, "trigger.source", "type");
    YamlNode.Mapping spec = source == null ? null : section(source, "trigger.source", "spec");
    if (source == null || type == null || spec == null) {
      return null;
    }
    return switch (type) {
      case "Webhook" -> webhook(body, spec);
      case "Scheduled" -> scheduled(spec);
      default -> {
        error(
            source,
            "type",
            "trigger.source.type",
            "\"%s\" (expected: Webhook or Scheduled)".formatted(type));
        yield null;
      }
    };
  }

  private Trigger.@Nullable Source scheduled(YamlNode.Mapping spec) {
    String at = "trigger.source.spec";
    YamlNode.Mapping inner = section(spec, at, "spec");
    String expression = inner == null ? null : required(inner, at + ".spec", "expression");
    if (inner == null || expression == null) {
      return null;
    }
    String type = text(inner, "type");
    String zone = text(inner, "timezone");
    if (type != null && !type.equals("UNIX") && !type.equals("QUARTZ")) {
      error(inner, "type", at + ".spec.type", "\"%s\" (expected: UNIX or QUARTZ)".formatted(type));
      return null;
    }
    try {
      ZoneId where = zone == null ? ZoneOffset.UTC : ZoneId.of(zone);
      return new Trigger.Source.Scheduled(Schedule.of(expression, "QUARTZ".equals(type), where));
    } catch (DateTimeException e) {
      error(
          inner,
          "timezone",
          at + ".spec.timezone",
          "\"%s\" (expected: a time zone such as Europe/Berlin)".formatted(zone));
    } catch (IllegalArgumentException e) {
      error(inner, "expression", at + ".spec.expression", String.valueOf(e.getMessage()));
    }
    return null;
  }

  private Trigger.@Nullable Source webhook(YamlNode.Mapping body, YamlNode.Mapping spec) {
    String at = "trigger.source.spec";
    String secret = required(body, "trigger", "encryptedWebhookSecretIdentifier");
    String type = required(spec, at, "type");
    GitEvent.Provider provider = type == null ? null : PROVIDERS.get(type);
    if (type != null && provider == null) {
      error(
          spec,
          "type",
          at + ".type",
          "\"%s\" (expected: one of %s)".formatted(type, PROVIDERS.keySet()));
    }
    YamlNode.Mapping inner = section(spec, at, "spec");
    if (secret == null || provider == null || inner == null) {
      return null;
    }
    SecretRef hook;
    try {
      hook = SecretRef.within(new Scope(heading.org(), heading.project()), secret);
    } catch (IllegalArgumentException e) {
      error(
          body,
          "encryptedWebhookSecretIdentifier",
          "trigger.encryptedWebhookSecretIdentifier",
          String.valueOf(e.getMessage()));
      return null;
    }
    String event = null;
    Set<Kind> kinds = Set.of();
    YamlNode.Mapping own = inner;
    String below = at + ".spec";
    if (provider != GitEvent.Provider.GENERIC) {
      event = required(inner, below, "type");
      own = section(inner, below, "spec");
      kinds = event == null ? Set.of() : kinds(inner, event, provider, below);
      below += ".spec";
    }
    if (own == null) {
      return null;
    }
    String jexl = text(own, "jexlCondition");
    if (jexl != null) {
      parsed(own, "jexlCondition", below + ".jexlCondition", () -> Template.condition(jexl));
    }
    List<Condition> conditions = new ArrayList<>();
    conditions(own, "payloadConditions", below, conditions);
    conditions(own, "headerConditions", below, conditions);
    return new Trigger.Source.Webhook(
        provider,
        hook,
        event,
        kinds,
        text(own, "connectorRef"),
        text(own, "repoName"),
        new TreeSet<>(texts(own, "actions")),
        "true".equals(text(own, "autoAbortPreviousExecutions")),
        conditions,
        jexl);
  }

  private Set<Kind> kinds(
      YamlNode.Mapping inner, String event, GitEvent.Provider provider, String at) {
    Set<Kind> kinds = EVENTS.get(event);
    if (kinds == null) {
      error(
          inner,
          "type",
          at + ".type",
          "\"%s\" (expected: one of %s)".formatted(event, EVENTS.keySet()));
      return Set.of();
    }
    // GitLab calls a tag's push by another name.
    return provider == GitEvent.Provider.GITLAB && event.equals("Push")
        ? EnumSet.of(Kind.PUSH)
        : kinds;
  }

  private void conditions(
      YamlNode.Mapping own, String list, String at, List<Condition> conditions) {
    if (!(own.get(list) instanceof YamlNode.Sequence items)) {
      return;
    }
    for (int i = 0; i < items.items().size(); i++) {
      String here = at + "." + list + "[" + i + "]";
      if (!(items.items().get(i) instanceof YamlNode.Mapping item)) {
        findings.error(
            items.items().get(i).place(),
            here,
            ProblemCode.WRONG_KIND,
            "%s (expected: key, operator and value)".formatted(items.items().get(i).kind()));
        continue;
      }
      String key = required(item, here, "key");
      String word = required(item, here, "operator");
      String value = text(item, "value");
      Condition.Operator operator = null;
      for (Condition.Operator one : Condition.Operator.values()) {
        operator = one.word().equals(word) ? one : operator;
      }
      if (word != null && operator == null) {
        error(
            item,
            "operator",
            here + ".operator",
            "\"%s\" (expected: Equals, NotEquals, In, NotIn, StartsWith, EndsWith, Contains, DoesNotContain or Regex)"
                .formatted(word));
      }
      if (key != null && operator != null) {
        if (!TriggerConditions.FIELDS.contains(key)) {
          parsed(item, "key", here + ".key", () -> Template.parse(key));
          if (!Template.hasExpression(key)) {
            error(
                item,
                "key",
                here + ".key",
                "\"%s\" (expected: %s, or an expression such as <+trigger.payload.ref>)"
                    .formatted(key, TriggerConditions.FIELDS));
          }
        }
        conditions.add(new Condition(key, operator, value == null ? "" : value));
      }
    }
  }

  private interface Parsing {
    void run() throws ExpressionException;
  }

  private void parsed(YamlNode.Mapping node, String key, String path, Parsing parsing) {
    try {
      parsing.run();
    } catch (ExpressionException e) {
      error(node, key, path, String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable String text(YamlNode.Mapping node, String key) {
    String text = node.text(key);
    return text == null ? null : text.strip();
  }

  private @Nullable String required(YamlNode.Mapping node, String at, String key) {
    String text = text(node, key);
    if (text == null) {
      findings.error(
          node.place(),
          at + "." + key,
          ProblemCode.MISSING_FIELD,
          "\"%s\" is missing (expected: a value)".formatted(key));
    }
    return text;
  }

  private YamlNode.@Nullable Mapping section(YamlNode.Mapping node, String at, String key) {
    if (node.get(key) instanceof YamlNode.Mapping inner) {
      return inner;
    }
    findings.error(
        node.place(),
        at + "." + key,
        ProblemCode.MISSING_FIELD,
        "\"%s\" is missing (expected: a mapping)".formatted(key));
    return null;
  }

  private static List<String> texts(YamlNode.Mapping node, String key) {
    List<String> texts = new ArrayList<>();
    if (node.get(key) instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Scalar scalar && !scalar.blank()) {
          texts.add(scalar.text().strip());
        }
      }
    }
    return texts;
  }

  private void error(YamlNode.Mapping node, String key, String path, String message) {
    YamlNode value = node.get(key);
    findings.error(
        value == null ? node.place() : value.place(), path, ProblemCode.BAD_VALUE, message);
  }
}
