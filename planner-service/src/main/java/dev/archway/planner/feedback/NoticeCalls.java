package dev.archway.planner.feedback;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The forms in which channels and webhooks take a notice. Pure. */
final class NoticeCalls {
  private NoticeCalls() {}

  /** Slack docs, "Sending messages using incoming webhooks". */
  static Call slack(Message.Notice notice, URI url, @Nullable URI link) {
    String text = escaped(notice.text());
    return new Call(
        url,
        Map.of(),
        Map.of("text", link == null ? text : "<%s|%s>".formatted(link, text)),
        false);
  }

  /** Microsoft docs, "Create and send messages", a card by webhook. */
  static Call teams(Message.Notice notice, URI url, @Nullable URI link) {
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    card.put("type", "AdaptiveCard");
    card.put("version", "1.4");
    card.put("body", List.of(Map.of("type", "TextBlock", "wrap", true, "text", notice.text())));
    if (link != null) {
      card.put(
          "actions",
          List.of(Map.of("type", "Action.OpenUrl", "title", "Open", "url", link.toString())));
    }
    return new Call(
        url,
        Map.of(),
        Map.of(
            "type",
            "message",
            "attachments",
            List.of(
                Map.of("contentType", "application/vnd.microsoft.card.adaptive", "content", card))),
        false);
  }

  /** Harness page "Send notifications to a webhook". */
  static Call webhook(
      Message.Notice notice, URI url, @Nullable URI link, Map<String, String> headers) {
    Message.About about = notice.about();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("eventType", notice.event());
    data.put("orgIdentifier", about.org());
    data.put("projectIdentifier", about.project());
    data.put("pipelineIdentifier", about.pipeline());
    data.put("pipelineName", about.name());
    data.put("planExecutionId", about.execution().value());
    data.put("runSequence", about.number());
    data.put("nodeStatus", notice.status().word());
    data.put("ts", notice.at().toString());
    put(data, "stageIdentifier", notice.stage());
    put(data, "stepIdentifier", notice.step());
    put(data, "errorMessage", notice.error());
    put(data, "executionUrl", link == null ? null : link.toString());
    return new Call(url, headers, Map.of("eventData", data), false);
  }

  private static void put(Map<String, Object> data, String key, @Nullable String value) {
    if (value != null) {
      data.put(key, value);
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** The subject and the text of a mail. */
  static List<String> mail(Message.Notice notice, @Nullable URI link) {
    List<String> lines = new ArrayList<>();
    lines.add(notice.text());
    lines.add("");
    lines.add(
        "Pipeline:  %s/%s/%s"
            .formatted(notice.about().org(), notice.about().project(), notice.about().pipeline()));
    lines.add("Execution: " + notice.about().execution());
    if (link != null) {
      lines.add(link.toString());
    }
    String subject =
        "[%s] %s #%d %s"
            .formatted(
                notice.event(),
                notice.about().name(),
                notice.about().number(),
                notice.status().word());
    return List.of(subject.replaceAll("\\R", " "), String.join("\n", lines) + "\n");
  }
}
