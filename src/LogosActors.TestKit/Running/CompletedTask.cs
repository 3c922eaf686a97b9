namespace LogosActors.TestKit.Running;

/// <summary>The end of tasks that have completed, so that nothing waits.</summary>
internal static class CompletedTask
{
#pragma warning disable VSTHRD002 // they have completed
    public static void Rethrow(this Task completed) => completed.GetAwaiter().GetResult();

    public static T Outcome<T>(this Task<T> completed) => completed.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
