package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/**
 * Whom an execution tells of what (Harness page "Notify users of pipeline events").
 *
 * @param name the rule's, for people
 */
public record Notification(String name, List<On> on, Method method) {
  public Notification {
    on = List.copyOf(on);
  }

  /** What can be told. */
  public enum Event {
    ALL,
    PIPELINE_START,
    PIPELINE_SUCCESS,
    PIPELINE_FAILED,
    PIPELINE_END,
    STAGE_START,
    STAGE_SUCCESS,
    STAGE_FAILED,
    STEP_FAILED
  }

  /**
   * What is told.
   *
   * @param stages identifiers of the stages that a stage's event is told of; empty for all
   */
  public record On(Event event, List<String> stages) {
    public On {
      stages = List.copyOf(stages);
    }
  }

  /** How it is told. Addresses and headers may be {@code <+secrets.getValue("id")>}. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Method.Email.class, name = "Email"),
    @JsonSubTypes.Type(value = Method.Slack.class, name = "Slack"),
    @JsonSubTypes.Type(value = Method.MsTeams.class, name = "MsTeams"),
    @JsonSubTypes.Type(value = Method.Webhook.class, name = "Webhook")
  })
  public sealed interface Method {
    /** By mail. */
    record Email(List<String> recipients) implements Method {
      public Email {
        recipients = List.copyOf(recipients);
      }
    }

    /** To a channel's incoming webhook. */
    record Slack(String url) implements Method {}

    /** To a channel's incoming webhook or workflow. */
    record MsTeams(String url) implements Method {}

    /** To anything that takes JSON. */
    record Webhook(String url, Map<String, String> headers) implements Method {
      public Webhook {
        headers = Map.copyOf(headers);
      }
    }
  }
}
