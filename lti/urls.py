"""The addresses that platforms are given."""

from django.urls import path

from .views import byhand, launch, pending, register

app_name = "lti"
urlpatterns = [
    path("login/", launch.login, name="login"),
    path("launch/", launch.launch, name="launch"),
    path("launch/stored/", pending.stored, name="stored"),
    path("launch/window/", pending.window, name="window"),
    path("launch/window/go-on/", pending.go_on, name="go_on"),
    path("jwks/", launch.jwks, name="jwks"),
    path("register/", register.registration, name="register"),
    path("register/<str:token>/", register.registration, name="invitation"),
    path("configuration/", byhand.configuration, name="configuration"),
    path("canvas.json", byhand.canvas_json, name="canvas-json"),
]
