using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>Counts messages, and says when the expected number has come.</summary>
internal sealed class Counter : Actor
{
    int _left;
    TaskCompletionSource? _done;

    protected override void Receive(object message)
    {
        if (message is Expect expect)
            (_left, _done) = (expect.Messages, expect.Done);
        else if (--_left == 0)
            _done!.SetResult();
    }

    internal sealed record Expect(int Messages)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
