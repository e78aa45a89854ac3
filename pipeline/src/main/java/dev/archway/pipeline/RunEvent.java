package dev.archway.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The event that starts a run, as expressions read it. Values are data: nothing in them is ever
 * evaluated.
 *
 * @param triggerType {@code WEBHOOK}, {@code WEBHOOK_CUSTOM} or {@code SCHEDULER_CRON}, for {@code
 *     <+pipeline.triggerType>}
 * @param trigger what {@code <+trigger.…>} reads; {@code payload} and {@code header} are maps in it
 * @param codebase what {@code <+codebase.…>} knows of the event beside the checkout
 * @param foreign true when the code comes from a repository that the owners of the secrets do not
 *     control: every secret reads as an empty text then
 */
public record RunEvent(
    String triggerType,
    Map<String, ? extends @Nullable Object> trigger,
    Map<String, String> codebase,
    boolean foreign) {
  public RunEvent {
    trigger = Collections.unmodifiableMap(trigger);
    codebase = Map.copyOf(codebase);
  }

  /**
   * What stands at a path that begins with {@code trigger} or {@code eventPayload}; null where the
   * event has nothing. Header names are compared without regard to case.
   */
  public @Nullable Object find(List<String> path) {
    List<String> rest = new ArrayList<>(path.subList(1, path.size()));
    if (path.getFirst().equals("eventPayload")) {
      rest.addFirst("payload");
    }
    Object at = trigger;
    boolean header = !rest.isEmpty() && rest.getFirst().equals("header");
    for (String name : rest) {
      at = step(at, name, header);
    }
    return at;
  }

  private static @Nullable Object step(@Nullable Object at, String name, boolean anyCase) {
    if (at instanceof List<?> list && name.matches("\\d{1,6}")) {
      int index = Integer.parseInt(name);
      return index < list.size() ? list.get(index) : null;
    }
    if (!(at instanceof Map<?, ?> map)) {
      return null;
    }
    Object exact = map.get(name);
    if (exact != null || !anyCase) {
      return exact;
    }
    return map.entrySet().stream()
        .filter(entry -> name.equalsIgnoreCase(String.valueOf(entry.getKey())))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }
}
