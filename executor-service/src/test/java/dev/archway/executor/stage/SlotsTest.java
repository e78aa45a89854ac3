package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotsTest {
  @Test
  void aPipelineWithManyStagesDoesNotKeepOthersOut() {
    Slots slots = new Slots(2);
    List<Slots.Request> large = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      large.add(slots.request("large"));
    }
    Slots.Request small = slots.request("small");
    Slots.Request other = slots.request("other");
    slots.release(large.get(0));
    assertThat(small.isGranted()).isTrue();
    assertThat(large.get(2).isGranted()).isFalse();
    slots.release(small);
    assertThat(other.isGranted()).isTrue();
    slots.release(large.get(1));
    assertThat(large.get(2).isGranted()).isTrue();
    assertThat(large.get(3).isGranted()).isFalse();
  }

  @Test
  void equalsTakeTurnsInTheOrderOfTheirFirstRequest() {
    Slots slots = new Slots(1);
    Slots.Request running = slots.request("running");
    Slots.Request a1 = slots.request("a");
    Slots.Request a2 = slots.request("a");
    Slots.Request b1 = slots.request("b");
    List<String> order = new ArrayList<>();
    slots.release(running);
    for (int i = 0; i < 3; i++) {
      for (var each : List.of(a1, b1, a2)) {
        String name = each == a1 ? "a1" : each == b1 ? "b1" : "a2";
        if (each.isGranted() && !order.contains(name)) {
          order.add(name);
          slots.release(each);
        }
      }
    }
    assertThat(order).containsExactly("a1", "b1", "a2");
    assertThat(slots.request("c").isGranted()).isTrue();
  }

  @Test
  void whoWithdrawsLeavesItsPlaceToTheNext() throws InterruptedException {
    Slots slots = new Slots(1);
    Slots.Request running = slots.request("a");
    Slots.Request gone = slots.request("b");
    Slots.Request next = slots.request("b");
    slots.withdraw(gone);
    assertThat(gone.await()).isFalse();
    slots.release(running);
    assertThat(next.isGranted()).isTrue();
    slots.withdraw(next);
    assertThat(next.await()).isTrue();
  }
}
