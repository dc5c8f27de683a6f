use super::*;

#[test]
fn inner_calls_stand_first_and_are_given_to_the_inner_exception() {
    let text = "System.Exception: outer\r\n ---> Shop.CartException: middle\r\n ---> System.IO.IOException: inner\r\n   at Shop.Disk.Read(String path, Int32 n) in C:\\src\\Disk.cs:line 7\r\n   --- End of inner exception stack trace ---\r\n   at Shop.Cart.Load() in C:\\src\\Cart.cs:line 5\r\n   --- End of inner exception stack trace ---\r\n   at Shop.Program.<Main>$(String[] args) in C:\\src\\Program.cs:line 3\r\n";
    assert_eq!(
        told(text),
        [
            "outermost System.Exception: outer | *Shop.Program.<Main>$(C:\\src\\Program.cs:3)",
            "cause of 0 Shop.CartException: middle | *Shop.Cart.Load(C:\\src\\Cart.cs:5)",
            "cause of 1 System.IO.IOException: inner | *Shop.Disk.Read(C:\\src\\Disk.cs:7)",
        ]
    );
}

#[test]
fn an_aggregate_has_members() {
    let text = "System.AggregateException: One or more errors occurred. (a) (b)\n ---> System.Exception: a\n   at Shop.A.Run()\n   --- End of inner exception stack trace ---\n   at System.Threading.Tasks.Task.WaitAll(Task[] tasks)\n   at Shop.Program.Main()\n ---> (Inner Exception #0) System.Exception: a\n   at Shop.A.Run()<---\n\n ---> (Inner Exception #1) Shop.BException: b\n   at Shop.B.Run()<---\n";
    assert_eq!(
        told(text),
        [
            "outermost System.AggregateException: One or more errors occurred. (a) (b) | System.Threading.Tasks.Task.WaitAll(?) < *Shop.Program.Main(?)",
            "cause of 0 System.Exception: a | *Shop.A.Run(?)",
            "member of 0 Shop.BException: b | *Shop.B.Run(?)",
        ]
    );
}

#[test]
fn words_of_other_languages_and_async_parts() {
    let text = "System.InvalidOperationException: Der Vorgang ist ung\u{fc}ltig.\n   bei Shop.Cart.<AddAsync>d__2.MoveNext() in C:\\src\\Cart.cs:Zeile 31.\n--- Ende der Stapel\u{fc}berwachung vom vorhergehenden Ort ---\n   bei System.Runtime.CompilerServices.TaskAwaiter.GetResult()\n   bei Shop.Api.Post(Cart`1 cart) in C:\\src\\Api.cs:Zeile 9.\n";
    assert_eq!(
        told(text),
        [
            "outermost System.InvalidOperationException: Der Vorgang ist ung\u{fc}ltig. | *Shop.Cart.<AddAsync>d__2.MoveNext(C:\\src\\Cart.cs:31) < System.Runtime.CompilerServices.TaskAwaiter.GetResult(?) < *Shop.Api.Post(C:\\src\\Api.cs:9)"
        ]
    );
    let french = "Shop.E: non\n   \u{e0} Shop.Cart.Add(Int32 n) dans C:\\src\\Cart.cs:ligne 3\n   \u{e0} Shop.Api..ctor()";
    assert_eq!(
        told(french),
        ["outermost Shop.E: non | *Shop.Cart.Add(C:\\src\\Cart.cs:3) < *Shop.Api..ctor(?)"]
    );
}
