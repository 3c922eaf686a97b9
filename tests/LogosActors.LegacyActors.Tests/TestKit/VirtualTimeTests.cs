using LogosActors.Actors.TestKit;

namespace LogosActors.Actors.Tests.TestKit;

public sealed class VirtualTimeTests
{
    readonly VirtualTime _time = new();
    readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_and_equals_in_that_of_their_creation()
    {
        Start("late", 3);
        Start("first of two", 2);
        Start("second of two", 2);
        Start("early", 1);
        _time.Advance(Seconds(2));
        Assert.Equal(["early@1", "first of two@2", "second of two@2"], _fired);
        Assert.Equal(Seconds(1), _time.UntilNextTimer);
    }

    [Fact]
    public void A_periodic_timer_fires_at_each_of_its_times_within_one_advance()
    {
        using var timer = _time.CreateTimer(_ => Note("tick"), null, Seconds(1), Seconds(2));
        _time.Advance(Seconds(6));
        Assert.Equal(["tick@1", "tick@3", "tick@5"], _fired);
    }

    [Fact]
    public void A_disposed_or_stopped_timer_leaves_nothing_behind()
    {
        var timers = Enumerable.Range(0, 1000).Select(i => Start($"{i}", i % 7)).ToArray();
        foreach (var timer in timers.Where((_, i) => i % 3 != 0))
            timer.Dispose();
        timers[0].Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.Equal(333, _time.TimerCount);
        _time.Advance(Seconds(10));
        Assert.Equal(333, _fired.Count);
        Assert.Equal(_fired.OrderBy(f => f[^1]).Select(f => f[^1]), _fired.Select(f => f[^1]));
        Assert.Null(_time.UntilNextTimer);
        Assert.False(timers[1].Change(Seconds(1), Seconds(1)));
    }

    [Fact]
    public void A_step_of_the_wall_clock_is_not_noticed_by_timers_and_the_monotonic_clock()
    {
        var wall = _time.GetUtcNow();
        Start("timer", 5);
        _time.StepClock(TimeSpan.FromHours(-1));
        Assert.Equal(wall.AddHours(-1), _time.GetUtcNow());
        Assert.Equal(0, _time.GetTimestamp());
        _time.Advance(Seconds(5));
        Assert.Equal(["timer@5"], _fired);
        Assert.Equal(wall.AddHours(-1).AddSeconds(5), _time.GetUtcNow());
    }

    [Fact]
    public async Task A_delay_of_the_base_library_ends_when_its_time_has_come()
    {
        var delay = Task.Delay(Seconds(5), _time);
        _time.Advance(Seconds(4.9));
        Assert.False(delay.IsCompleted);
        _time.Advance(Seconds(0.1));
        await delay;
    }

    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    ITimer Start(string name, double due) => _time.CreateTimer(_ => Note(name), null, Seconds(due), Timeout.InfiniteTimeSpan);

    void Note(string name) => _fired.Add($"{name}@{_time.Elapsed.TotalSeconds}");
}
